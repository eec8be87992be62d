package list

import (
	"math"

	"fyne.io/fyne/v2"
)

// cursor is the row that the keyboard acts on: it finds it, and the rows to which
// keys move it.
type cursor struct {
	model     Model
	selection *selection
	view      *viewport
	gone      bool // the model does not have it, such as while a search hides it; see find
}

// find finds out whether the model has the cursor. It takes long if the cursor is far from the
// visible rows, so it is called when the rows or the selection have changed.
func (c *cursor) find() {
	_, ok := c.index()
	c.gone = c.selection.hasCursor && !ok
}

// index returns the index of the cursor.
func (c *cursor) index() (int, bool) {
	if !c.selection.hasCursor {
		return 0, false
	}
	return indexOf(c.model, c.selection.cursor, c.view.first())
}

// is reports whether a row is the cursor, or would become it with the key Down if
// there is none, so that the focus is visible.
func (c *cursor) is(id int64) bool {
	if c.selection.hasCursor && !c.gone {
		return c.selection.cursor == id
	}
	first := c.firstWhole()
	return first < c.model.Len() && c.model.ID(first) == id
}

// inTree returns the model as a Tree and the index of the cursor.
func (c *cursor) inTree() (tree Tree, i int, ok bool) {
	tree, isTree := c.model.(Tree)
	i, hasCursor := c.index()
	return tree, i, isTree && hasCursor
}

// target returns the index that a key moves the cursor to. It can be out of range.
func (c *cursor) target(key fyne.KeyName) (int, bool) {
	last := c.model.Len() - 1
	at, ok := c.index()
	switch key {
	case fyne.KeyHome:
		return 0, true
	case fyne.KeyEnd:
		return last, true
	case fyne.KeyUp, fyne.KeyPageUp:
		if !ok {
			return last, true
		}
		return at - c.step(key), true
	case fyne.KeyDown, fyne.KeyPageDown:
		if !ok {
			return c.firstWhole(), true
		}
		return at + c.step(key), true
	default:
		return 0, false
	}
}

// step returns the number of rows that a key moves by.
func (c *cursor) step(key fyne.KeyName) int {
	if key == fyne.KeyPageUp || key == fyne.KeyPageDown {
		return max(c.view.pageSize()-1, 1)
	}
	return 1
}

// firstWhole returns the index of the first row that is visible as a whole.
func (c *cursor) firstWhole() int {
	return min(max(int(math.Ceil(float64(c.view.offsetRows())-0.01)), 0), max(c.model.Len()-1, 0))
}

// moveTo selects row i, or extends the selection to it, and scrolls it into view.
func (c *cursor) moveTo(i int, extend bool) {
	i = min(max(i, 0), c.model.Len()-1)
	if extend {
		c.selection.extend(c.model, i)
	} else {
		c.selection.selectOnly(c.model.ID(i))
	}
	c.view.reveal(i)
}
