package platform

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/ferryapp/ferry/app/bus"
)

const (
	menuInterface    = "com.canonical.dbusmenu"
	menuPath         = dbus.ObjectPath(trayIconPath + "/menu") // where the toolkit exports its menu
	signalLayout     = menuInterface + ".LayoutUpdated"
	signalProperties = menuInterface + ".ItemsPropertiesUpdated"

	// firstMenuID is the first ID and revision. The toolkit's menu, which is exported before
	// this one, uses smaller ones.
	firstMenuID = 1000

	// maxMenuOpen is how long a menu counts as open after it was opened. A panel that ends
	// while its menu is open does not report that it was closed.
	maxMenuOpen = time.Minute

	// maxAboutToShow is the same for a client that only says that it is about to show the
	// menu, as libdbusmenu-gtk3 does, and not when it is opened and closed.
	maxAboutToShow = 15 * time.Second

	// secondLayoutDelay is the time between a client's first layout and the signal that
	// makes it read the layout again.
	secondLayoutDelay = 150 * time.Millisecond
)

// TrayMenu is the menu of the toolkit's tray icon, exported with the interface
// com.canonical.dbusmenu at the path of the toolkit's own menu. The toolkit makes all items
// anew for each change, which closes an open submenu. This menu sends the properties that
// changed, and a new layout only if items were added, removed or moved. While it is open it
// does not change. Its methods may be called on any goroutine.
type TrayMenu struct {
	wake chan struct{} // of capacity 1; signals that there may be something to send

	mu       sync.Mutex
	emitter  *bus.Emitter     // of the connection on which it is exported; nil before Export
	ids      map[string]int32 // by key; an item keeps its ID
	nodes    map[int32]*menuNode
	last     map[int32]*menuNode // of the layout before: a click may be on its way
	revision uint32
	next     []MenuItem           // not shown yet; nil for none
	open     map[int32]time.Time  // the menu (0) and submenus that are open, since when
	readers  map[dbus.Sender]bool // clients that have read the layout once
	signals  []menuSignal         // to be sent
}

// menuNode is an item as the desktop knows it.
type menuNode struct {
	properties map[string]dbus.Variant
	children   []int32
	do         func()
}

type menuSignal struct {
	name string
	body []any
}

// menuLayout is an item with its items in the layout of com.canonical.dbusmenu, (ia{sv}av).
type menuLayout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// itemProperties are the properties of an item, (ia{sv}).
type itemProperties struct {
	ID         int32
	Properties map[string]dbus.Variant
}

// removedProperties are the names of properties that an item no longer has, (ias).
type removedProperties struct {
	ID    int32
	Names []string
}

// NewTrayMenu returns an empty menu. It is not visible before Export.
func NewTrayMenu() *TrayMenu {
	return &TrayMenu{
		wake: make(chan struct{}, 1), ids: map[string]int32{}, revision: firstMenuID,
		nodes: map[int32]*menuNode{0: newMenuRoot(nil)}, open: map[int32]time.Time{}, readers: map[dbus.Sender]bool{},
	}
}

func newMenuRoot(children []int32) *menuNode {
	return &menuNode{properties: map[string]dbus.Variant{"children-display": dbus.MakeVariant("submenu")}, children: children}
}

// Show replaces the items: at once, or when the menu is closed. It does not wait for the
// desktop.
func (m *TrayMenu) Show(items []MenuItem) {
	m.mu.Lock()
	m.next = items
	if items == nil {
		m.next = []MenuItem{}
	}
	m.mu.Unlock()
	m.notify()
}

// Export exports the menu on the toolkit's connection to the session bus, in place of the
// toolkit's menu. It must be called after the toolkit has exported its icon, on this bus.
func (m *TrayMenu) Export() error {
	conn, err := dbus.SessionBus()
	if err == nil {
		err = conn.Export(menuObject{m}, menuPath, menuInterface)
	}
	if err != nil {
		return fmt.Errorf("export tray menu: %w", err)
	}
	m.mu.Lock()
	m.emitter = bus.NewEmitter(conn)
	clear(m.open)
	m.changeLayout()
	m.mu.Unlock()
	m.notify()
	return nil
}

// Run sends the changes to the desktop until ctx ends.
func (m *TrayMenu) Run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		emitter, signals, wait := m.update(time.Now())
		for _, signal := range signals {
			if emitter.Emit(ctx, menuPath, signal.name, signal.body...) != nil {
				m.readAgain()
				break
			}
		}
		timer.Reset(wait)
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
		case <-timer.C:
		}
	}
}

// readAgain makes the desktop read the whole layout with the next signal, because one was not
// sent: the bus does not read, or has ended.
func (m *TrayMenu) readAgain() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.signals = nil
	m.changeLayout()
}

// notify makes Run call update.
func (m *TrayMenu) notify() {
	select {
	case m.wake <- struct{}{}:
	default:
	}
}

// update shows the next items unless the menu is open. It returns the signals to send, and
// the time after which to call it again.
func (m *TrayMenu) update(now time.Time) (*bus.Emitter, []menuSignal, time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	wait := m.openFor(now)
	if wait == 0 {
		wait = maxMenuOpen
		m.showNext()
	}
	signals := m.signals
	m.signals = nil
	if m.emitter == nil {
		signals = nil
	}
	return m.emitter, signals, wait
}

// openFor returns how much longer the menu counts as open; 0 if it is closed. The caller
// holds mu.
func (m *TrayMenu) openFor(now time.Time) time.Duration {
	var longest time.Duration
	for id, until := range m.open {
		left := until.Sub(now)
		if left <= 0 {
			delete(m.open, id)
		}
		longest = max(longest, left)
	}
	return longest
}

// showNext replaces the items by the next ones, if there are any. The caller holds mu.
func (m *TrayMenu) showNext() {
	if m.next == nil {
		return
	}
	nodes := map[int32]*menuNode{}
	nodes[0] = newMenuRoot(m.add(nodes, m.next))
	m.next = nil
	before := m.nodes
	m.nodes = nodes
	changed, removed := []itemProperties{}, []removedProperties{}
	for _, id := range slices.Sorted(maps.Keys(nodes)) {
		old := before[id]
		if old == nil {
			continue
		}
		if properties := changedProperties(old.properties, nodes[id].properties); len(properties) > 0 {
			changed = append(changed, itemProperties{id, properties})
		}
		if names := missingNames(old.properties, nodes[id].properties); len(names) > 0 {
			removed = append(removed, removedProperties{id, names})
		}
	}
	if len(changed)+len(removed) > 0 {
		m.signals = append(m.signals, menuSignal{signalProperties, []any{changed, removed}})
	}
	if !sameLayout(before, nodes) {
		m.last = before
		m.changeLayout()
	}
}

// changeLayout makes the desktop read the layout. The caller holds mu.
func (m *TrayMenu) changeLayout() {
	m.revision++
	m.signals = append(m.signals, menuSignal{signalLayout, []any{m.revision, int32(0)}})
}

// add adds the items to nodes and returns their IDs. The caller holds mu.
func (m *TrayMenu) add(nodes map[int32]*menuNode, items []MenuItem) []int32 {
	ids := make([]int32, len(items))
	for i, item := range items {
		id, known := m.ids[item.Key]
		if !known {
			id = firstMenuID + int32(len(m.ids)) //nolint:gosec // there are as many keys as uploads that were ever shown
			m.ids[item.Key] = id
		}
		ids[i] = id
		node := &menuNode{properties: propertiesOf(item), do: item.Do}
		node.children = m.add(nodes, item.Items)
		nodes[id] = node
	}
	return ids
}

func propertiesOf(item MenuItem) map[string]dbus.Variant {
	if item.Label == "" {
		return map[string]dbus.Variant{"type": dbus.MakeVariant("separator")}
	}
	properties := map[string]dbus.Variant{"label": dbus.MakeVariant(item.Label), "enabled": dbus.MakeVariant(!item.Disabled)}
	if item.Radio {
		state := int32(0)
		if item.Checked {
			state = 1
		}
		properties["toggle-type"], properties["toggle-state"] = dbus.MakeVariant("radio"), dbus.MakeVariant(state)
	}
	if len(item.Items) > 0 {
		properties["children-display"] = dbus.MakeVariant("submenu")
	}
	return properties
}

// changedProperties returns the properties that are new or have another value.
func changedProperties(before, after map[string]dbus.Variant) map[string]dbus.Variant {
	changed := map[string]dbus.Variant{}
	for name, value := range after {
		if old, ok := before[name]; !ok || !reflect.DeepEqual(old.Value(), value.Value()) {
			changed[name] = value
		}
	}
	return changed
}

// missingNames returns the names of before that are not in after.
func missingNames(before, after map[string]dbus.Variant) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if _, ok := after[name]; !ok {
			names = append(names, name)
		}
	}
	return names
}

func sameLayout(a, b map[int32]*menuNode) bool {
	return maps.EqualFunc(a, b, func(x, y *menuNode) bool { return slices.Equal(x.children, y.children) })
}

// layout returns the layout below an item, depth levels deep; all if depth is negative. The
// caller holds mu.
func (m *TrayMenu) layout(id, depth int32) menuLayout {
	node := m.nodes[id]
	layout := menuLayout{ID: id, Properties: node.properties, Children: []dbus.Variant{}}
	if depth == 0 {
		return layout
	}
	for _, child := range node.children {
		layout.Children = append(layout.Children, dbus.MakeVariant(m.layout(child, depth-1)))
	}
	return layout
}

// aboutToShow is called before a client shows the menu (0) or a submenu. The menu shows the
// newest items first. It reports whether they changed. The caller holds mu.
func (m *TrayMenu) aboutToShow(id int32, now time.Time) (changed bool) {
	if id == 0 {
		clear(m.open)
		sent := len(m.signals)
		m.showNext()
		changed = len(m.signals) > sent
	}
	if until := now.Add(maxAboutToShow); until.After(m.open[id]) {
		m.open[id] = until
	}
	return changed
}

// event handles an event of the desktop, and returns the function to call, or nil. The
// caller holds mu.
func (m *TrayMenu) event(id int32, event string, now time.Time) func() {
	switch event {
	case "opened":
		m.open[id] = now.Add(maxMenuOpen)
	case "closed":
		delete(m.open, id)
		if id == 0 {
			clear(m.open)
		}
	case "clicked":
		clear(m.open)
		node := m.nodes[id]
		if node == nil {
			node = m.last[id]
		}
		if node != nil {
			return node.do
		}
	}
	return nil
}
