package theme

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// The sizes that Fyne has no name for.
const (
	SizeGrid fyne.ThemeSizeName = "ferryGrid" // the unit of all distances
	SizeBar  fyne.ThemeSizeName = "ferryBar"  // the height of a progress bar
	SizeTile fyne.ThemeSizeName = "ferryTile" // of the square behind a file's icon
	SizeIcon fyne.ThemeSizeName = "ferryIcon" // of an icon in a tile or a button
	SizeMark fyne.ThemeSizeName = "ferryMark" // of a glyph beside a caption
	SizeRow  fyne.ThemeSizeName = "ferryRow"  // the height of a row of a list
)

// sizes are in Fyne's units at scale 1.
var sizes = map[fyne.ThemeSizeName]float32{
	SizeGrid: 4,
	SizeBar:  4,
	SizeTile: 36,
	SizeIcon: 20,
	SizeMark: 14,
	SizeRow:  60,

	fynetheme.SizeNameText:               14,
	fynetheme.SizeNameCaptionText:        12,
	fynetheme.SizeNameSubHeadingText:     16,
	fynetheme.SizeNameHeadingText:        20,
	fynetheme.SizeNamePadding:            4,
	fynetheme.SizeNameInnerPadding:       8,
	fynetheme.SizeNameLineSpacing:        4,
	fynetheme.SizeNameInlineIcon:         20,
	fynetheme.SizeNameScrollBar:          10,
	fynetheme.SizeNameScrollBarSmall:     4,
	fynetheme.SizeNameScrollBarRadius:    4,
	fynetheme.SizeNameSeparatorThickness: 1,
	fynetheme.SizeNameInputBorder:        1,
	fynetheme.SizeNameInputRadius:        6,
	fynetheme.SizeNameSelectionRadius:    6,
	fynetheme.SizeNameButtonRadius:       6,
	fynetheme.SizeNameMenuRadius:         8,
	fynetheme.SizeNamePopupRadius:        8,
	fynetheme.SizeNameCardRadius:         8,
	fynetheme.SizeNameDialogRadius:       12,
}

// Size returns a size in Fyne's units, scaled as the theme is.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	size, ok := sizes[name]
	if !ok {
		size = fynetheme.DefaultTheme().Size(name)
	}
	return size * t.scale
}

// Grid is that many steps of the grid all distances keep to, in the current
// theme.
func Grid(steps float32) float32 {
	return steps * Size(SizeGrid)
}
