package details

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// rowPool is a column of rows. Rows are reused, so that nothing flickers.
type rowPool[T any] struct {
	content *fyne.Container
	make    func() poolRow[T]
	rows    []poolRow[T]
}

// poolRow is one row of a rowPool.
type poolRow[T any] interface {
	object() fyne.CanvasObject
	set(T)
}

func newRowPool[T any](row func() poolRow[T]) *rowPool[T] {
	return &rowPool[T]{content: container.New(layout.NewCustomPaddedVBoxLayout(-theme.Grid(2))), make: row}
}

func (p *rowPool[T]) show(items []T) {
	for len(p.rows) < len(items) {
		row := p.make()
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
