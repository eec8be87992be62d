package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	fynetheme "fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/ferryapp/ferry/widgets/theme"
)

// rowButton is a button in a row. It does not look at the pointer itself: a
// child that did would take the pointer from its list, and the row would lose
// its buttons the moment one is reached.
type rowButton struct {
	widget.BaseWidget
	action  Action
	hovered bool
	onTap   func(id string)

	back *canvas.Rectangle
	icon *icon
	text *label
}

func newRowButton(onTap func(id string)) *rowButton {
	b := &rowButton{
		onTap: onTap,
		back:  &canvas.Rectangle{},
		icon:  newIcon(),
		text:  newLabel(textSize, theme.ColorAccent),
	}
	b.paint()
	b.ExtendBaseWidget(b)
	return b
}

// Tapped is called by the toolkit.
func (b *rowButton) Tapped(*fyne.PointEvent) { b.onTap(b.action.ID) }

func (b *rowButton) set(action Action, hovered bool) {
	if action == b.action && hovered == b.hovered {
		return
	}
	b.action, b.hovered = action, hovered
	b.Refresh()
}

// MinSize is a square for an icon, or the room its words need.
func (b *rowButton) MinSize() fyne.Size {
	side := theme.Grid(8)
	if !b.action.Prominent {
		return fyne.NewSquareSize(side)
	}
	return fyne.NewSize(snap(b.textWidth()+theme.Grid(6)), theme.Grid(7.5))
}

func (b *rowButton) textWidth() float32 {
	return fyne.MeasureText(b.action.Label, theme.Size(textSize), fyne.TextStyle{}).Width + 1
}

// CreateRenderer is called by the toolkit.
func (b *rowButton) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{b.back, b.icon.image, b.text.text}
	return &arranged{objects: objects, arrange: b.arrange, least: b.MinSize, repaint: b.paint, widget: b}
}

func (b *rowButton) arrange(size fyne.Size) {
	b.back.Resize(size)
	if b.action.Prominent {
		width := b.textWidth()
		height := b.text.height
		b.text.place(fyne.NewPos((size.Width-width)/2, (size.Height-height)/2), width)
		return
	}
	b.icon.place(fyne.NewPos(size.Width/2, size.Height/2), theme.Size(theme.SizeIcon))
}

func (b *rowButton) paint() {
	b.back.CornerRadius = theme.Grid(1.5)
	b.text.restyle()
	if b.action.Prominent {
		b.paintProminent()
	} else {
		b.paintQuiet()
	}
}

func (b *rowButton) paintProminent() {
	b.icon.set("", theme.ColorMuted)
	b.text.set(b.action.Label, theme.ColorText)
	b.back.FillColor = theme.Color(theme.ColorAction)
	if b.hovered {
		b.text.set(b.action.Label, fynetheme.ColorNameForegroundOnPrimary)
		b.back.FillColor = theme.Color(theme.ColorAccent)
	}
}

func (b *rowButton) paintQuiet() {
	b.text.set("", theme.ColorAccent)
	b.text.fit(0)
	b.icon.set(b.action.Icon, theme.ColorMuted)
	b.back.FillColor = nil
	if b.hovered {
		b.icon.set(b.action.Icon, theme.ColorText)
		b.back.FillColor = theme.Color(fynetheme.ColorNamePressed)
	}
}
