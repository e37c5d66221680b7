# SPDX-License-Identifier: GPL-3.0-or-later
# Turns *.sql into table.c. Comment lines at the head of a file are for its readers and are not sent to the server.
# Escapes by walking characters: gsub with backslashes goes wrong between awks.
function quoted(line,    i, c, out) {
	out = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		out = out ((c == "\\" || c == "\"") ? "\\" c : (c == "\t" ? "\\t" : c))
	}
	return out
}
function finish() {
	if (name != "")
		print "\t  },"
}
BEGIN {
	print "/* Generated from src/sql by embed.awk. */"
	print "#include \"sql/sql.h\"\n"
	print "const struct sql_text sql_texts[] = {"
	count = 0
}
FNR == 1 {
	finish()
	name = FILENAME
	sub(/^.*\//, "", name)
	sub(/\.sql$/, "", name)
	version = 0
	if (match(name, /\.pg[0-9]+$/)) {
		version = substr(name, RSTART + 3) + 0
		name = substr(name, 1, RSTART - 1)
	}
	printf "\t{ \"%s\", %d,\n", name, version
	head = 1
	count++
}
head && /^--/ { next }
{ head = 0; printf "\t  \"%s\\n\"\n", quoted($0) }
END {
	finish()
	print "};\n"
	printf "const size_t sql_text_count = %d;\n", count
}
