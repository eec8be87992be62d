# shellcheck shell=bash
# Written by packaging/manual from the grammar of the command line.

# _ferry_command sets command to the words of the command before the cursor.
_ferry_command() {
	local i
	command=
	for ((i = 1; i < COMP_CWORD; i++)); do
		case "$command ${COMP_WORDS[i]}" in
		' window' | ' send' | ' resume' | ' list' | ' server' | ' server add' | ' server list' | ' server test' | ' server edit' | ' server remove' | ' server presets' | ' receive' | ' version') command="$command ${COMP_WORDS[i]}" ;;
		' --profile' | ' window --profile' | ' send --profile' | ' send --to' | ' send --header' | ' send --header-file' | ' send --allow-host' | ' send --connections' | ' send --chunk' | ' send --limit' | ' send --settle' | ' send --fingerprint' | ' send --per-file' | ' send --name' | ' send --urls' | ' send --again' | ' send --earlier' | ' send --changed' | ' send --exists' | ' send --preset' | ' send --set' | ' send --metadata' | ' send --chunk-min' | ' send --chunk-multiple' | ' send --ca' | ' send --cert' | ' send --key' | ' send --proxy' | ' send --user' | ' send --upload-path' | ' send --folders' | ' send --overwrite-with' | ' send --link' | ' send --id-headers' | ' resume --profile' | ' resume --to' | ' resume --header' | ' resume --header-file' | ' resume --per-file' | ' resume --allow-host' | ' resume --again' | ' resume --earlier' | ' resume --changed' | ' resume --exists' | ' list --profile' | ' server --profile' | ' server add --profile' | ' server add --preset' | ' server add --set' | ' server add --metadata' | ' server add --chunk-min' | ' server add --chunk-multiple' | ' server add --ca' | ' server add --cert' | ' server add --key' | ' server add --proxy' | ' server add --user' | ' server add --upload-path' | ' server add --folders' | ' server add --overwrite-with' | ' server add --link' | ' server add --id-headers' | ' server add --name' | ' server add --chunk-max' | ' server add --connections' | ' server add --files' | ' server add --limit' | ' server add --allow-host' | ' server add --header' | ' server add --header-file' | ' server list --profile' | ' server test --profile' | ' server test --header' | ' server test --header-file' | ' server edit --profile' | ' server edit --preset' | ' server edit --set' | ' server edit --metadata' | ' server edit --chunk-min' | ' server edit --chunk-multiple' | ' server edit --ca' | ' server edit --cert' | ' server edit --key' | ' server edit --proxy' | ' server edit --user' | ' server edit --upload-path' | ' server edit --folders' | ' server edit --overwrite-with' | ' server edit --link' | ' server edit --id-headers' | ' server edit --name' | ' server edit --chunk-max' | ' server edit --connections' | ' server edit --files' | ' server edit --limit' | ' server edit --allow-host' | ' server edit --header' | ' server edit --header-file' | ' server edit --url' | ' server remove --profile' | ' server presets --profile' | ' receive --profile' | ' receive --listen' | ' receive --dir' | ' receive --cert' | ' receive --key' | ' receive --auth-file' | ' receive --max-size' | ' receive --max-total' | ' receive --expire' | ' version --profile') ((++i)) ;; # its value is no command
		esac
	done
}

# _ferry_paths completes the names of files, or of folders with the argument -d.
_ferry_paths() {
	compopt -o filenames 2>/dev/null
	mapfile -t COMPREPLY < <(compgen "${1:--f}" -- "$current")
}

_ferry() {
	local command current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local words=
	COMPREPLY=()
	_ferry_command
	# The value of a flag.
	case "$command $previous" in
	' --profile')
		_ferry_paths -d
		return
		;;
	' window --profile')
		_ferry_paths -d
		return
		;;
	' send --profile')
		_ferry_paths -d
		return
		;;
	' send --to')
		: # any value
		return
		;;
	' send --header')
		: # any value
		return
		;;
	' send --header-file')
		_ferry_paths
		return
		;;
	' send --allow-host')
		: # any value
		return
		;;
	' send --connections')
		: # any value
		return
		;;
	' send --chunk')
		: # any value
		return
		;;
	' send --limit')
		: # any value
		return
		;;
	' send --settle')
		: # any value
		return
		;;
	' send --fingerprint')
		mapfile -t COMPREPLY < <(compgen -W 'metadata path content' -- "$current")
		return
		;;
	' send --per-file')
		_ferry_paths
		return
		;;
	' send --name')
		: # any value
		return
		;;
	' send --urls')
		_ferry_paths
		return
		;;
	' send --again')
		mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$current")
		return
		;;
	' send --earlier')
		mapfile -t COMPREPLY < <(compgen -W 'use ignore' -- "$current")
		return
		;;
	' send --changed')
		mapfile -t COMPREPLY < <(compgen -W 'restart fail' -- "$current")
		return
		;;
	' send --exists')
		mapfile -t COMPREPLY < <(compgen -W 'overwrite rename skip fail' -- "$current")
		return
		;;
	' send --preset')
		: # any value
		return
		;;
	' send --set')
		: # any value
		return
		;;
	' send --metadata')
		: # any value
		return
		;;
	' send --chunk-min')
		: # any value
		return
		;;
	' send --chunk-multiple')
		: # any value
		return
		;;
	' send --ca')
		_ferry_paths
		return
		;;
	' send --cert')
		_ferry_paths
		return
		;;
	' send --key')
		_ferry_paths
		return
		;;
	' send --proxy')
		: # any value
		return
		;;
	' send --user')
		: # any value
		return
		;;
	' send --upload-path')
		: # any value
		return
		;;
	' send --folders')
		: # any value
		return
		;;
	' send --overwrite-with')
		: # any value
		return
		;;
	' send --link')
		: # any value
		return
		;;
	' send --id-headers')
		: # any value
		return
		;;
	' resume --profile')
		_ferry_paths -d
		return
		;;
	' resume --to')
		: # any value
		return
		;;
	' resume --header')
		: # any value
		return
		;;
	' resume --header-file')
		_ferry_paths
		return
		;;
	' resume --per-file')
		_ferry_paths
		return
		;;
	' resume --allow-host')
		: # any value
		return
		;;
	' resume --again')
		mapfile -t COMPREPLY < <(compgen -W 'yes no' -- "$current")
		return
		;;
	' resume --earlier')
		mapfile -t COMPREPLY < <(compgen -W 'use ignore' -- "$current")
		return
		;;
	' resume --changed')
		mapfile -t COMPREPLY < <(compgen -W 'restart fail' -- "$current")
		return
		;;
	' resume --exists')
		mapfile -t COMPREPLY < <(compgen -W 'overwrite rename skip fail' -- "$current")
		return
		;;
	' list --profile')
		_ferry_paths -d
		return
		;;
	' server --profile')
		_ferry_paths -d
		return
		;;
	' server add --profile')
		_ferry_paths -d
		return
		;;
	' server add --preset')
		: # any value
		return
		;;
	' server add --set')
		: # any value
		return
		;;
	' server add --metadata')
		: # any value
		return
		;;
	' server add --chunk-min')
		: # any value
		return
		;;
	' server add --chunk-multiple')
		: # any value
		return
		;;
	' server add --ca')
		_ferry_paths
		return
		;;
	' server add --cert')
		_ferry_paths
		return
		;;
	' server add --key')
		_ferry_paths
		return
		;;
	' server add --proxy')
		: # any value
		return
		;;
	' server add --user')
		: # any value
		return
		;;
	' server add --upload-path')
		: # any value
		return
		;;
	' server add --folders')
		: # any value
		return
		;;
	' server add --overwrite-with')
		: # any value
		return
		;;
	' server add --link')
		: # any value
		return
		;;
	' server add --id-headers')
		: # any value
		return
		;;
	' server add --name')
		: # any value
		return
		;;
	' server add --chunk-max')
		: # any value
		return
		;;
	' server add --connections')
		: # any value
		return
		;;
	' server add --files')
		: # any value
		return
		;;
	' server add --limit')
		: # any value
		return
		;;
	' server add --allow-host')
		: # any value
		return
		;;
	' server add --header')
		: # any value
		return
		;;
	' server add --header-file')
		_ferry_paths
		return
		;;
	' server list --profile')
		_ferry_paths -d
		return
		;;
	' server test --profile')
		_ferry_paths -d
		return
		;;
	' server test --header')
		: # any value
		return
		;;
	' server test --header-file')
		_ferry_paths
		return
		;;
	' server edit --profile')
		_ferry_paths -d
		return
		;;
	' server edit --preset')
		: # any value
		return
		;;
	' server edit --set')
		: # any value
		return
		;;
	' server edit --metadata')
		: # any value
		return
		;;
	' server edit --chunk-min')
		: # any value
		return
		;;
	' server edit --chunk-multiple')
		: # any value
		return
		;;
	' server edit --ca')
		_ferry_paths
		return
		;;
	' server edit --cert')
		_ferry_paths
		return
		;;
	' server edit --key')
		_ferry_paths
		return
		;;
	' server edit --proxy')
		: # any value
		return
		;;
	' server edit --user')
		: # any value
		return
		;;
	' server edit --upload-path')
		: # any value
		return
		;;
	' server edit --folders')
		: # any value
		return
		;;
	' server edit --overwrite-with')
		: # any value
		return
		;;
	' server edit --link')
		: # any value
		return
		;;
	' server edit --id-headers')
		: # any value
		return
		;;
	' server edit --name')
		: # any value
		return
		;;
	' server edit --chunk-max')
		: # any value
		return
		;;
	' server edit --connections')
		: # any value
		return
		;;
	' server edit --files')
		: # any value
		return
		;;
	' server edit --limit')
		: # any value
		return
		;;
	' server edit --allow-host')
		: # any value
		return
		;;
	' server edit --header')
		: # any value
		return
		;;
	' server edit --header-file')
		_ferry_paths
		return
		;;
	' server edit --url')
		: # any value
		return
		;;
	' server remove --profile')
		_ferry_paths -d
		return
		;;
	' server presets --profile')
		_ferry_paths -d
		return
		;;
	' receive --profile')
		_ferry_paths -d
		return
		;;
	' receive --listen')
		: # any value
		return
		;;
	' receive --dir')
		_ferry_paths -d
		return
		;;
	' receive --cert')
		_ferry_paths
		return
		;;
	' receive --key')
		_ferry_paths
		return
		;;
	' receive --auth-file')
		_ferry_paths
		return
		;;
	' receive --max-size')
		: # any value
		return
		;;
	' receive --max-total')
		: # any value
		return
		;;
	' receive --expire')
		: # any value
		return
		;;
	' version --profile')
		_ferry_paths -d
		return
		;;
	esac
	# A flag, a command or a file.
	case "$command" in
	'')
		case "$current" in
		-*) words='--help -h --profile' ;;
		*) words='window send resume list server receive version' ;;
		esac
		;;
	' window')
		case "$current" in
		-*) words='--help -h --profile --hidden' ;;
		esac
		;;
	' send')
		case "$current" in
		-*) words='--help -h --profile --to --header --header-file --allow-host --connections --chunk --limit --settle --fingerprint --follow-links --json --quiet -q --per-file --name --urls --again --earlier --changed --exists --preset --set --metadata --chunk-min --chunk-multiple --given --no-given --method-override --no-method-override --checksums --no-checksums --one-request --no-one-request --ca --cert --key --proxy --bearer --user --upload-path --folders --overwrite-with --link --id-headers' ;;
		esac
		;;
	' resume')
		case "$current" in
		-*) words='--help -h --profile --to --header --header-file --per-file --allow-host --json --again --earlier --changed --exists' ;;
		esac
		;;
	' list')
		case "$current" in
		-*) words='--help -h --profile --json --all' ;;
		esac
		;;
	' server')
		case "$current" in
		-*) words='--help -h --profile' ;;
		*) words='add list test edit remove presets' ;;
		esac
		;;
	' server add')
		case "$current" in
		-*) words='--help -h --profile --preset --set --metadata --chunk-min --chunk-multiple --given --no-given --method-override --no-method-override --checksums --no-checksums --one-request --no-one-request --ca --cert --key --proxy --bearer --user --upload-path --folders --overwrite-with --link --id-headers --name --chunk-max --connections --files --limit --allow-host --header --header-file --force --json' ;;
		esac
		;;
	' server list')
		case "$current" in
		-*) words='--help -h --profile --json' ;;
		esac
		;;
	' server test')
		case "$current" in
		-*) words='--help -h --profile --header --header-file --json' ;;
		esac
		;;
	' server edit')
		case "$current" in
		-*) words='--help -h --profile --preset --set --metadata --chunk-min --chunk-multiple --given --no-given --method-override --no-method-override --checksums --no-checksums --one-request --no-one-request --ca --cert --key --proxy --bearer --user --upload-path --folders --overwrite-with --link --id-headers --name --chunk-max --connections --files --limit --allow-host --header --header-file --url --no-sign-in --json' ;;
		esac
		;;
	' server remove')
		case "$current" in
		-*) words='--help -h --profile --force --json' ;;
		esac
		;;
	' server presets')
		case "$current" in
		-*) words='--help -h --profile --json' ;;
		esac
		;;
	' receive')
		case "$current" in
		-*) words='--help -h --profile --listen --dir --tls --cert --key --auth-file --max-size --max-total --expire --keep-dots --json' ;;
		esac
		;;
	' version')
		case "$current" in
		-*) words='--help -h --profile --licences' ;;
		esac
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
	case "$command" in
	'' | ' window' | ' send')
		[[ ${#COMPREPLY[@]} -gt 0 || $current == -* ]] || _ferry_paths
		;;
	esac
}

complete -F _ferry ferry
