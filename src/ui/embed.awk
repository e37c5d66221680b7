# SPDX-License-Identifier: GPL-3.0-or-later
# Turns keys.txt and *.theme into texts.c. Escapes by walking characters: gsub with backslashes differs between awks.
function quoted(line,    i, c, out) {
	out = ""
	for (i = 1; i <= length(line); i++) {
		c = substr(line, i, 1)
		out = out ((c == "\\" || c == "\"") ? "\\" c : (c == "\t" ? "\\t" : c))
	}
	return out
}
function start(name) {
	if (name ~ /\.theme$/) {
		sub(/\.theme$/, "", name)
		themes[++count] = name
		printf "static const char theme_%s[] =\n", name
	} else {
		print "const char ui_keys_text[] ="
	}
}
BEGIN { print "/* Generated from src/ui/keys.txt and themes/ by embed.awk. */\n#include \"ui/texts.h\"\n" }
FNR == 1 {
	if (NR > 1)
		print "\t\"\";\n"
	name = FILENAME
	sub(/^.*\//, "", name)
	start(name)
}
{ printf "\t\"%s\\n\"\n", quoted($0) }
END {
	print "\t\"\";\n\nconst struct ui_theme_text ui_themes[] = {"
	for (i = 1; i <= count; i++)
		printf "\t{ \"%s\", theme_%s },\n", themes[i], themes[i]
	printf "};\n\nconst size_t ui_theme_count = %d;\n", count
}
