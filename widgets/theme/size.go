package theme

import (
	"fyne.io/fyne/v2"
	fynetheme "fyne.io/fyne/v2/theme"
)

// Sizes in addition to those of Fyne.
const (
	SizeGrid fyne.ThemeSizeName = "ferryGrid" // the unit of all distances
	SizeBar  fyne.ThemeSizeName = "ferryBar"  // the height of a progress bar
	SizeTile fyne.ThemeSizeName = "ferryTile" // the side of the tile behind an icon
	SizeIcon fyne.ThemeSizeName = "ferryIcon" // the side of an icon in a tile or a button
	SizeMark fyne.ThemeSizeName = "ferryMark" // the side of an icon beside a caption
	SizeRow  fyne.ThemeSizeName = "ferryRow"  // the height of a row of a list
)

// sizes are the sizes in Fyne's units at scale 1.
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

// compactSizes replace sizes in a compact theme.
var compactSizes = map[fyne.ThemeSizeName]float32{
	SizeBar:  3,
	SizeTile: 20,
	SizeRow:  30,
}

// Size implements [fyne.Theme]. It returns a size multiplied by the theme's scale.
func (t *Theme) Size(name fyne.ThemeSizeName) float32 {
	size, ok := sizes[name]
	if compact, replaced := compactSizes[name]; replaced && t.compact {
		size = compact
	}
	if !ok {
		size = fynetheme.DefaultTheme().Size(name)
	}
	return size * t.scale
}

// Grid returns the length of a number of steps of the grid in the current theme.
func Grid(steps float32) float32 {
	return steps * Size(SizeGrid)
}
