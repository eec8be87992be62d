// Package paged provides a map from IDs to small values that takes a fraction of
// the memory of a built-in map when the IDs are given in sequence.
package paged

import (
	"iter"
	"maps"
	"slices"
)

// pageSize is how many consecutive IDs share a page.
const pageSize = 256

// Map is a map from IDs to values. The zero value of V means that an ID has no
// value. The zero Map is empty and ready to use. A Map is not safe for concurrent
// use, reading included. Copies share their values, so that none may be changed any more;
// different copies may be read concurrently.
type Map[K ~int64, V comparable] struct {
	pages map[uint64]*page[V] // by ID / pageSize
	len   int

	last   *page[V] // the page that was used last, since IDs are mostly used in sequence; nil for none
	number uint64   // its key in pages
}

type page[V comparable] struct {
	values [pageSize]V
	used   int // values that are not zero
}

// Get returns the value of an ID, or the zero value.
func (m *Map[K, V]) Get(id K) V {
	p := m.page(uint64(id) / pageSize)
	if p == nil {
		var none V
		return none
	}
	return p.values[uint64(id)%pageSize]
}

// page returns a page, or nil.
func (m *Map[K, V]) page(number uint64) *page[V] {
	if m.last == nil || m.number != number {
		m.last, m.number = m.pages[number], number
	}
	return m.last
}

// Set gives an ID a value and returns the one it had. Setting the zero value
// deletes the ID.
func (m *Map[K, V]) Set(id K, value V) (old V) {
	var none V
	number := uint64(id) / pageSize
	p := m.page(number)
	if p == nil {
		if value == none {
			return none
		}
		if m.pages == nil {
			m.pages = map[uint64]*page[V]{}
		}
		p = &page[V]{}
		m.pages[number] = p
	}
	slot := &p.values[uint64(id)%pageSize]
	old, *slot = *slot, value
	if old != none {
		p.used--
		m.len--
	}
	if value != none {
		p.used++
		m.len++
	}
	if p.used == 0 {
		delete(m.pages, number)
		m.last = nil
	}
	return old
}

// Delete removes an ID and returns the value it had.
func (m *Map[K, V]) Delete(id K) (old V) {
	var none V
	return m.Set(id, none)
}

// All visits the IDs that have a value, a page at a time: in order, if none is negative.
// The map must not be changed meanwhile.
func (m *Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		var none V
		for _, number := range slices.Sorted(maps.Keys(m.pages)) {
			for i, value := range m.pages[number].values {
				if value != none && !yield(K(number*pageSize+uint64(i)), value) {
					return
				}
			}
		}
	}
}

// Len returns how many IDs have a value.
func (m *Map[K, V]) Len() int { return m.len }
