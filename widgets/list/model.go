package list

import "fyne.io/fyne/v2"

// Model is the source of the rows of a [View].
type Model interface {
	// Len returns the number of rows.
	Len() int
	// ID returns the ID of row i, which does not change when the row moves.
	ID(i int) int64
	// Bind updates an object, made by the view's create function, to show row i.
	Bind(i int, row fyne.CanvasObject)
}

// Tree is a Model with rows that contain other rows. If a row is open, the rows it
// contains follow it.
type Tree interface {
	Model
	// Opens reports whether row i contains rows, and whether it is open.
	Opens(i int) (opens, open bool)
	// SetOpen opens or closes row i.
	SetOpen(i int, open bool)
	// Parent returns the index of the row that contains row i, or -1.
	Parent(i int) int
}

// RowState is the state of a row that is kept by the view.
type RowState struct {
	Selected bool
	Cursor   bool          // the row is the keyboard cursor, and the keyboard was used last
	Hovered  bool          // the pointer is over the row
	Pointer  fyne.Position // of the pointer in the row, if Hovered
	Resting  bool          // the row came to its place below the pointer without the pointer having moved
}

// Stateful is a row object that shows its state.
type Stateful interface {
	SetState(state RowState)
}

// indexOf returns the index of an ID. It searches outwards from the index near.
func indexOf(m Model, id int64, near int) (int, bool) {
	count := m.Len()
	near = min(max(near, 0), max(count-1, 0))
	for step := 0; near-step >= 0 || near+step < count; step++ {
		if i := near - step; i >= 0 && i < count && m.ID(i) == id {
			return i, true
		}
		if i := near + step; i < count && m.ID(i) == id {
			return i, true
		}
	}
	return 0, false
}
