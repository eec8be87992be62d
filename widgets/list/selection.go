package list

// selection is a set of selected IDs and the range that Shift extends. It stores no
// indexes, so it stays valid when rows are inserted, removed or moved.
type selection struct {
	ids       map[int64]struct{}
	anchor    int64 // the fixed end of the range
	cursor    int64 // the end of the range that moves
	hasCursor bool  // whether anchor and cursor are set
}

func (s *selection) has(id int64) bool {
	_, ok := s.ids[id]
	return ok
}

func (s *selection) clear() {
	s.ids = nil
	s.hasCursor = false
}

// selectOnly replaces the selection by one row.
func (s *selection) selectOnly(id int64) {
	s.ids = map[int64]struct{}{id: {}}
	s.anchor, s.cursor, s.hasCursor = id, id, true
}

// toggle adds a row or removes it.
func (s *selection) toggle(id int64) {
	if s.has(id) {
		delete(s.ids, id)
	} else {
		s.add(id)
	}
	s.anchor, s.cursor, s.hasCursor = id, id, true
}

func (s *selection) add(id int64) {
	if s.ids == nil {
		s.ids = map[int64]struct{}{}
	}
	s.ids[id] = struct{}{}
}

// extend replaces the selection by the rows from the anchor to row i.
func (s *selection) extend(m Model, i int) {
	s.ids = nil
	s.addRange(m, i)
}

// addRange adds the rows from the anchor to row i.
func (s *selection) addRange(m Model, i int) {
	from := i
	if s.hasCursor {
		if at, ok := indexOf(m, s.anchor, i); ok {
			from = at
		}
	}
	for k := min(from, i); k <= max(from, i); k++ {
		s.add(m.ID(k))
	}
	s.anchor, s.cursor, s.hasCursor = m.ID(from), m.ID(i), true
}

func (s *selection) selectAll(m Model) {
	s.ids = make(map[int64]struct{}, m.Len())
	for i := range m.Len() {
		s.ids[m.ID(i)] = struct{}{}
	}
	if !s.hasCursor && m.Len() > 0 {
		s.anchor, s.cursor, s.hasCursor = m.ID(0), m.ID(0), true
	}
}

// ordered returns the selected IDs in the order of the model. IDs that the model
// does not have are removed from the selection.
func (s *selection) ordered(m Model) []int64 {
	if len(s.ids) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(s.ids))
	for i := range m.Len() {
		if id := m.ID(i); s.has(id) {
			ids = append(ids, id)
		}
	}
	if len(ids) != len(s.ids) {
		s.ids = make(map[int64]struct{}, len(ids))
		for _, id := range ids {
			s.ids[id] = struct{}{}
		}
	}
	return ids
}
