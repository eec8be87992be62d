package app

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/ferryapp/ferry/widgets/draw"
	"github.com/ferryapp/ferry/widgets/theme"
)

// pile is some rows under one another, as many as there is to say. Rows are
// changed where they stand, so that nothing flickers.
type pile[T any] struct {
	content *fyne.Container
	make    func() pileRow[T]
	rows    []pileRow[T]
}

// pileRow is one row of a pile.
type pileRow[T any] interface {
	object() fyne.CanvasObject
	say(T)
}

func newPile[T any](row func() pileRow[T]) *pile[T] {
	return &pile[T]{content: container.New(layout.NewCustomPaddedVBoxLayout(-theme.Grid(2))), make: row}
}

func (p *pile[T]) show(items []T) {
	for len(p.rows) < len(items) {
		row := p.make()
		p.rows = append(p.rows, row)
		p.content.Add(row.object())
	}
	for i, row := range p.rows {
		draw.SetVisible(row.object(), i < len(items))
		if i < len(items) {
			row.say(items[i])
		}
	}
}
