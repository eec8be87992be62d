package thumbnails

import (
	"container/list"
	"image"
)

// entryBytes is about what an entry of the memory takes beside the pixels.
const entryBytes = 300

// memory keeps the thumbnails that were used last, within a number of bytes. The zero value
// with a limit is empty. A nil thumbnail is that of a file that has none.
type memory struct {
	limit   int
	bytes   int
	entries map[key]*list.Element
	used    list.List // of *entry, the one that was used last at the front
}

type entry struct {
	key     key
	picture *image.RGBA
}

func (e *entry) bytes() int {
	if e.picture == nil {
		return entryBytes
	}
	return entryBytes + len(e.picture.Pix)
}

func (m *memory) get(k key) (picture *image.RGBA, known bool) {
	element, known := m.entries[k]
	if !known {
		return nil, false
	}
	m.used.MoveToFront(element)
	return element.Value.(*entry).picture, true
}

func (m *memory) add(k key, picture *image.RGBA) {
	if m.entries == nil {
		m.entries = map[key]*list.Element{}
	}
	if old, known := m.entries[k]; known {
		m.remove(old)
	}
	e := &entry{k, picture}
	m.entries[k] = m.used.PushFront(e)
	m.bytes += e.bytes()
	for m.bytes > m.limit && m.used.Len() > 1 {
		m.remove(m.used.Back())
	}
}

func (m *memory) remove(element *list.Element) {
	e := m.used.Remove(element).(*entry)
	delete(m.entries, e.key)
	m.bytes -= e.bytes()
}
