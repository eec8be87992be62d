package platform

import (
	"time"

	"github.com/godbus/dbus/v5"
)

// menuObject has the methods of com.canonical.dbusmenu. The bus calls each on a goroutine.
type menuObject struct{ menu *TrayMenu }

// menuEvent is an event of EventGroup, (isvu).
type menuEvent struct {
	ID        int32
	Event     string
	Data      dbus.Variant
	Timestamp uint32
}

// GetLayout returns the layout below an item. The first one that a client reads has only one
// level, and is followed by a signal that makes the client read all: libdbusmenu-gtk3 leaves
// submenus empty that are in its first layout. All properties are returned, which the
// specification allows.
func (o menuObject) GetLayout(sender dbus.Sender, parent, depth int32, _ []string) (uint32, menuLayout, *dbus.Error) {
	m := o.menu
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.nodes[parent] == nil {
		return 0, menuLayout{}, unknownItem()
	}
	if !m.readers[sender] && parent == 0 && depth != 1 && m.hasSubmenu() {
		m.readers[sender] = true
		depth = 1
		time.AfterFunc(secondLayoutDelay, m.announceLayout)
	}
	return m.revision, m.layout(parent, depth), nil
}

// announceLayout makes the desktop read the layout again.
func (m *TrayMenu) announceLayout() {
	m.mu.Lock()
	m.changeLayout()
	m.mu.Unlock()
	m.notify()
}

// hasSubmenu reports whether an item has a submenu. The caller holds mu.
func (m *TrayMenu) hasSubmenu() bool {
	for id, node := range m.nodes {
		if id != 0 && len(node.children) > 0 {
			return true
		}
	}
	return false
}

// GetGroupProperties returns the properties of items; of all if ids is empty.
func (o menuObject) GetGroupProperties(ids []int32, _ []string) ([]itemProperties, *dbus.Error) {
	m := o.menu
	m.mu.Lock()
	defer m.mu.Unlock()
	all := []itemProperties{}
	if len(ids) == 0 {
		for id, node := range m.nodes {
			all = append(all, itemProperties{id, node.properties})
		}
	}
	for _, id := range ids {
		if node := m.nodes[id]; node != nil {
			all = append(all, itemProperties{id, node.properties})
		}
	}
	return all, nil
}

// GetProperty returns a property of an item.
func (o menuObject) GetProperty(id int32, name string) (dbus.Variant, *dbus.Error) {
	m := o.menu
	m.mu.Lock()
	defer m.mu.Unlock()
	if node := m.nodes[id]; node != nil {
		if value, ok := node.properties[name]; ok {
			return value, nil
		}
	}
	return dbus.Variant{}, unknownItem()
}

// Event handles that an item was chosen, or a menu was opened or closed.
func (o menuObject) Event(id int32, event string, _ dbus.Variant, _ uint32) *dbus.Error {
	o.handle(id, event)
	return nil
}

// EventGroup handles several events.
func (o menuObject) EventGroup(events []menuEvent) ([]int32, *dbus.Error) {
	for _, event := range events {
		o.handle(event.ID, event.Event)
	}
	return []int32{}, nil
}

// AboutToShow reports whether the items changed, which the client must then read first.
func (o menuObject) AboutToShow(id int32) (bool, *dbus.Error) {
	defer o.menu.notify()
	o.menu.mu.Lock()
	defer o.menu.mu.Unlock()
	return o.menu.aboutToShow(id, time.Now()), nil
}

// AboutToShowGroup is AboutToShow for several items.
func (o menuObject) AboutToShowGroup(ids []int32) (updates, unknown []int32, err *dbus.Error) {
	updates, unknown = []int32{}, []int32{}
	for _, id := range ids {
		if changed, _ := o.AboutToShow(id); changed {
			updates = append(updates, id)
		}
	}
	return updates, unknown, nil
}

func (o menuObject) handle(id int32, event string) {
	o.menu.mu.Lock()
	do := o.menu.event(id, event, time.Now())
	o.menu.mu.Unlock()
	o.menu.notify()
	if do != nil {
		do()
	}
}

func unknownItem() *dbus.Error {
	return dbus.NewError("com.canonical.dbusmenu.Error.UnknownItem", nil)
}
