#!/bin/sh
# Renders the PNG files from the SVG files. Requires rsvg-convert (librsvg2-bin).
set -eu
cd "$(dirname "$0")"
mkdir -p icon
for size in 16 24 32 48 64 128 256 512; do
	rsvg-convert --width "$size" --height "$size" --output "icon/$size.png" icon.svg
done
for svg in tray/*.svg; do
	rsvg-convert --width 64 --height 64 --output "${svg%.svg}.png" "$svg"
done
