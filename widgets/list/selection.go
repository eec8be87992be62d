package list

// selection is which rows are selected, by their IDs, and the two ends of a
// range that is being extended. It is a value without any looks; places are
// found in the model it is given, so it stays right while rows come and go.
type selection struct {
	chosen map[int64]struct{}
	anchor int64 // where a range begins
	cursor int64 // where the keyboard is
	begun  bool  // whether there is an anchor and a cursor
}

func (s *selection) has(id int64) bool {
	_, ok := s.chosen[id]
	return ok
}

func (s *selection) clear() {
	s.chosen = nil
	s.begun = false
}

// only selects one row.
func (s *selection) only(id int64) {
	s.chosen = map[int64]struct{}{id: {}}
	s.anchor, s.cursor, s.begun = id, id, true
}

// toggle adds a row to the selection or takes it away.
func (s *selection) toggle(id int64) {
	if s.has(id) {
		delete(s.chosen, id)
	} else {
		s.add(id)
	}
	s.anchor, s.cursor, s.begun = id, id, true
}

func (s *selection) add(id int64) {
	if s.chosen == nil {
		s.chosen = map[int64]struct{}{}
	}
	s.chosen[id] = struct{}{}
}

// extend selects everything between the anchor and row i, instead of what was
// selected before.
func (s *selection) extend(m Model, i int) {
	s.chosen = nil
	s.include(m, i)
}

// include adds everything between the anchor and row i.
func (s *selection) include(m Model, i int) {
	from := i
	if s.begun {
		if at, ok := find(m, s.anchor, i); ok {
			from = at
		}
	}
	for k := min(from, i); k <= max(from, i); k++ {
		s.add(m.ID(k))
	}
	s.anchor, s.cursor, s.begun = m.ID(from), m.ID(i), true
}

func (s *selection) all(m Model) {
	s.chosen = make(map[int64]struct{}, m.Len())
	for i := range m.Len() {
		s.chosen[m.ID(i)] = struct{}{}
	}
	if !s.begun && m.Len() > 0 {
		s.anchor, s.cursor, s.begun = m.ID(0), m.ID(0), true
	}
}

// in returns the selected IDs in the model's order and forgets those that the
// model no longer has.
func (s *selection) in(m Model) []int64 {
	if len(s.chosen) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(s.chosen))
	for i := range m.Len() {
		if id := m.ID(i); s.has(id) {
			ids = append(ids, id)
		}
	}
	if len(ids) != len(s.chosen) {
		s.keep(ids)
	}
	return ids
}

func (s *selection) keep(ids []int64) {
	s.chosen = make(map[int64]struct{}, len(ids))
	for _, id := range ids {
		s.chosen[id] = struct{}{}
	}
}

// find returns the place of an ID, looking first near where it is likely to be.
func find(m Model, id int64, near int) (int, bool) {
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
