package widgets

import (
	"image"
	"slices"

	"github.com/ferryapp/ferry/widgets/theme"
)

// RowModel is the content of a [Row].
type RowModel struct {
	Icon       theme.IconName // type of the item
	Picture    image.Image    // a square in place of the icon; nil for none
	Name       string         // shortened in the middle
	Percent    string         // the column that is hidden last in a narrow row
	Size       string
	Speed      string
	ETA        string
	StatusIcon theme.IconName // status icon
	Status     string         // status text
	StatusHint string         // shown beside the status in its tooltip; "" for none
	Tone       theme.Tone     // of the status

	ShowBar bool
	BarTone theme.Tone
	Acked   float64 // acknowledged fraction of the whole
	Sent    float64 // sent fraction of the whole, at least Acked

	Depth int  // number of rows that contain this one
	Fold  Fold // whether the row contains rows

	Marked bool // the row is emphasised, because it is new

	Actions []Action // from left to right; the last one is at the right edge
}

// Fold is whether a row contains rows, and whether they are shown.
type Fold uint8

// The values of Fold.
const (
	FoldNone   Fold = iota // contains no rows
	FoldClosed             // the rows are hidden
	FoldOpen               // the rows are shown
)

// Action is a button of a row.
type Action struct {
	ID    string
	Icon  theme.IconName
	Label string
	// Prominent actions are always visible and show their label. Others show their
	// icon while the row is hovered, selected or the cursor.
	Prominent bool
}

// Equal reports whether two models have the same content.
func (m RowModel) Equal(other RowModel) bool {
	return m.Name == other.Name && m.Icon == other.Icon && m.Picture == other.Picture &&
		m.Percent == other.Percent && m.Size == other.Size && m.Speed == other.Speed && m.ETA == other.ETA &&
		m.StatusIcon == other.StatusIcon && m.Status == other.Status && m.StatusHint == other.StatusHint && m.Tone == other.Tone &&
		m.ShowBar == other.ShowBar && m.BarTone == other.BarTone && m.Acked == other.Acked && m.Sent == other.Sent &&
		m.Depth == other.Depth && m.Fold == other.Fold && m.Marked == other.Marked &&
		slices.Equal(m.Actions, other.Actions)
}
