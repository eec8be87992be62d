package details

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// rowPool is a column of rows. Rows are reused, so that updates do not flicker.
type rowPool[T any] struct {
	content *fyne.Container
	newRow  func() poolRow[T]
	rows    []poolRow[T]
}

// poolRow is one row of a rowPool.
type poolRow[T any] interface {
	object() fyne.CanvasObject
	set(T)
}

func newRowPool[T any](newRow func() poolRow[T]) *rowPool[T] {
	return &rowPool[T]{content: container.New(layout.NewCustomPaddedVBoxLayout(-theme.Grid(2))), newRow: newRow}
}

// show shows one row per item.
func (p *rowPool[T]) show(items []T) {
	for len(p.rows) < len(items) {
		row := p.newRow()
		p.rows = append(p.rows, row)
		p.content.Add(row.object())
	}
	for i, row := range p.rows {
		draw.SetVisible(row.object(), i < len(items))
		if i < len(items) {
			row.set(items[i])
		}
	}
}
