# bash completion of dbtop                                          -*- shell-script -*-
# SPDX-License-Identifier: GPL-3.0-or-later
# generated: words-bash
# generated: end

# Targets: sections of both configuration files, and services of libpq.
_dbtop_targets() {
	sed -n 's/^[[:blank:]]*\[target \(.*\)\].*/\1/p' dbtop.conf \
		"${XDG_CONFIG_HOME:-$HOME/.config}/dbtop/config" 2>/dev/null
	sed -n 's/^[[:blank:]]*\[\(.*\)\].*/\1/p' "${PGSERVICEFILE:-$HOME/.pg_service.conf}" 2>/dev/null
}

# Revisions: the digits of the files in the usual places.
_dbtop_revisions() {
	ls migrations db/migrations 2>/dev/null | sed -n 's/^\([0-9]\{4,\}\)_.*/\1/p' | sort -u
}

_dbtop() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} command='' word values
	for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
		case " $_dbtop_commands " in *" $word "*) command=$word && break ;; esac
	done
	values=$(_dbtop_values "$prev")
	case $values in
	target) COMPREPLY=($(compgen -W "$(_dbtop_targets)" -- "$cur")) ; return ;;
	file) compopt -o filenames; COMPREPLY=($(compgen -f -- "$cur")); return ;;
	none) return ;;
	word*) COMPREPLY=($(compgen -W "${values#word}" -- "$cur")); return ;;
	esac
	case $cur in
	-*) COMPREPLY=($(compgen -W "$_dbtop_flags $(_dbtop_command_flags "$command")" -- "$cur")) ;;
	*)
		case $command in
		'') COMPREPLY=($(compgen -W "$_dbtop_commands $(_dbtop_targets)" -- "$cur")) ;;
		upgrade) COMPREPLY=($(compgen -W "head heads +1 $(_dbtop_revisions)" -- "$cur")) ;;
		downgrade) COMPREPLY=($(compgen -W "base $(_dbtop_revisions)" -- "$cur")) ;;
		show | repair | plan) COMPREPLY=($(compgen -W "$(_dbtop_revisions)" -- "$cur")) ;;
		esac
		;;
	esac
}
complete -F _dbtop dbtop
