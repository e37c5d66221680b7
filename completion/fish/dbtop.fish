# fish completion of dbtop
# SPDX-License-Identifier: GPL-3.0-or-later
function __dbtop_targets
	set -l config $HOME/.config
	set -q XDG_CONFIG_HOME; and set config $XDG_CONFIG_HOME
	sed -n 's/^[[:blank:]]*\[target \(.*\)\].*/\1/p' dbtop.conf $config/dbtop/config 2>/dev/null
	set -l services $HOME/.pg_service.conf
	set -q PGSERVICEFILE; and set services $PGSERVICEFILE
	sed -n 's/^[[:blank:]]*\[\(.*\)\].*/\1/p' $services 2>/dev/null
end

function __dbtop_revisions
	ls migrations db/migrations 2>/dev/null | sed -n 's/^\([0-9]\{4,\}\)_.*/\1/p' | sort -u
end

complete -c dbtop -f
complete -c dbtop -n __fish_use_subcommand -a '(__dbtop_targets)' -d target
complete -c dbtop -n '__fish_seen_subcommand_from upgrade' -a 'head heads +1 (__dbtop_revisions)'
complete -c dbtop -n '__fish_seen_subcommand_from downgrade' -a 'base (__dbtop_revisions)'
complete -c dbtop -n '__fish_seen_subcommand_from show repair plan' -a '(__dbtop_revisions)'
# generated: words-fish
# generated: end
