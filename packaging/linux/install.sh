#!/bin/sh
# Installs Ferry from this folder, for the current user in ~/.local, or as root for all
# users in /usr/local:
#
#   ./install.sh              install, or replace an earlier version
#   ./install.sh uninstall    remove it; uploads and settings are kept
#
# PREFIX=FOLDER installs in another folder.
set -eu

cd "$(dirname "$0")"
if [ "$(id -u)" = 0 ]; then prefix=${PREFIX:-/usr/local}; else prefix=${PREFIX:-$HOME/.local}; fi
case "$prefix" in
/*) ;;
*)
	echo "install.sh: PREFIX is not an absolute path: $prefix" >&2
	exit 2
	;;
esac

# The menus start the program by its path, since bin below PREFIX may not be where the
# desktop looks for programs. A path with a character that has a meaning there is not used.
program=$prefix/bin/ferry
case "$program" in
*[!A-Za-z0-9/._-]*) program=ferry ;;
esac

install_all() {
	find bin share -type f | while IFS= read -r file; do
		mode=644
		[ ! -x "$file" ] || mode=755
		# A running program is not written to: install replaces the file.
		install -D -m "$mode" "$file" "$prefix/$file"
		case "$file" in
		*.desktop | *.nemo_action) sed -i -e "s|^\(Try\)\{0,1\}Exec=ferry|\1Exec=$program|" "$prefix/$file" ;;
		esac
	done
}

remove_all() {
	find bin share -type f | while IFS= read -r file; do
		rm -f "$prefix/$file"
		remove_empty "$prefix/$(dirname "$file")"
	done
	# The desktop's lists of the menu entries and icons, if there are no others.
	for list in applications/mimeinfo.cache icons/hicolor/icon-theme.cache; do
		folder=$prefix/share/${list%/*}
		if [ -d "$folder" ] && [ -z "$(find "$folder" -type f ! -name "${list##*/}")" ]; then
			rm -f "$prefix/share/$list"
			remove_empty "$folder"
		fi
	done
}

# remove_empty removes a folder and those that it is in, as long as they are empty.
remove_empty() { rmdir -p --ignore-fail-on-non-empty "$1" 2>/dev/null || true; }

case "${1-install}" in
install) install_all ;;
uninstall) remove_all ;;
*)
	sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
	exit 2
	;;
esac

applications=$prefix/share/applications
icons=$prefix/share/icons/hicolor
if command -v update-desktop-database >/dev/null && [ -d "$applications" ]; then update-desktop-database -q "$applications" || true; fi
if command -v gtk-update-icon-cache >/dev/null && [ -d "$icons" ]; then gtk-update-icon-cache -q -t -f "$icons" || true; fi
