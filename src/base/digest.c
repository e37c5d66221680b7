// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/digest.h"

#include <openssl/evp.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/str.h"

/* struct digest is OpenSSL's own context under our name. */
static EVP_MD_CTX *context(struct digest *digest)
{
	return (EVP_MD_CTX *)digest;
}

static void to_hex(const unsigned char *bytes, size_t len, char *hex)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		hex[2 * i] = digits[bytes[i] >> 4];
		hex[2 * i + 1] = digits[bytes[i] & 15];
	}
	hex[2 * len] = '\0';
}

struct digest *digest_start(void)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	if (!ctx || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		die("OpenSSL cannot compute SHA-256");
	return (struct digest *)ctx;
}

void digest_add(struct digest *digest, const void *bytes, size_t len)
{
	if (EVP_DigestUpdate(context(digest), bytes, len) != 1)
		die("OpenSSL cannot compute SHA-256");
}

static void finish(struct digest *digest, char hex[DIGEST_HEX_BYTES])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (EVP_DigestFinal_ex(context(digest), sum, &len) != 1 || len != 32)
		die("OpenSSL cannot compute SHA-256");
	if (hex)
		to_hex(sum, len, hex);
}

void digest_end(struct digest *digest, char hex[DIGEST_HEX_BYTES])
{
	finish(digest, hex);
	digest_free(digest);
}

/* Without a name OpenSSL takes the algorithm the context has, and does not look for it among its providers again. */
void digest_again(struct digest *digest, struct span text, char hex[DIGEST_HEX_BYTES])
{
	if (EVP_DigestInit_ex(context(digest), NULL, NULL) != 1)
		die("OpenSSL cannot compute SHA-256");
	digest_add(digest, text.data, text.len);
	finish(digest, hex);
}

void digest_free(struct digest *digest)
{
	EVP_MD_CTX_free(context(digest));
}

void digest_sha256(struct span text, char hex[DIGEST_HEX_BYTES])
{
	struct digest *digest = digest_start();

	digest_add(digest, text.data, text.len);
	digest_end(digest, hex);
}

uint32_t digest_crc32(struct span text)
{
	return (uint32_t)crc32_z(0, (const unsigned char *)(text.data ? text.data : ""), text.len);
}

void digest_base64(struct span bytes, struct str *out)
{
	size_t room = (bytes.len + 2) / 3 * 4 + 1;
	unsigned char *text = mem_zero(room);

	assert_always(bytes.len < INT32_MAX, "what is copied is shorter than 2 GB");
	EVP_EncodeBlock(text, (const unsigned char *)bytes.data, (int)bytes.len);
	str_add(out, (const char *)text);
	free(text);
}
