package platform_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/bustest"
	"github.com/ferryapp/ferry/app/platform"
)

const (
	menuInterface = "com.canonical.dbusmenu"
	menuPath      = dbus.ObjectPath("/StatusNotifierItem/menu")
)

// menuClient is a panel that reads the menu.
type menuClient struct {
	t       *testing.T
	menu    *platform.TrayMenu
	object  dbus.BusObject
	signals chan *dbus.Signal
}

// node is an item of a layout, (ia{sv}av).
type node struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

// newMenuClient exports a menu with the items, and reads it whole.
func newMenuClient(t *testing.T, items []platform.MenuItem) *menuClient {
	t.Helper()
	bustest.Private(t)
	shared, err := dbus.SessionBus() // the connection of the toolkit and of the menu
	if err != nil {
		t.Fatal(err)
	}
	menu := platform.NewTrayMenu()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	t.Cleanup(func() {
		cancel()
		running.Wait()
		if err := shared.Close(); err != nil {
			t.Error(err)
		}
	})
	conn := bustest.Service(t, "io.github.ferryapp.Test")
	c := &menuClient{t: t, menu: menu, object: conn.Object(shared.Names()[0], menuPath), signals: make(chan *dbus.Signal, 100)}
	conn.Signal(c.signals)
	if err := conn.AddMatchSignal(dbus.WithMatchInterface(menuInterface)); err != nil {
		t.Fatal(err)
	}
	menu.Show(items)
	if err := menu.Export(); err != nil {
		t.Fatal(err)
	}
	running.Go(func() { menu.Run(ctx) })
	c.await("LayoutUpdated") // of the export
	c.await("LayoutUpdated") // of the items
	if hasSubmenu(items) {
		if root := c.layout(); len(c.children(c.find(root, "Recent"))) != 0 {
			t.Error("first layout has a submenu")
		}
		c.await("LayoutUpdated")
	}
	return c
}

func hasSubmenu(items []platform.MenuItem) bool {
	for _, item := range items {
		if len(item.Items) > 0 {
			return true
		}
	}
	return false
}

// call calls a method of the menu and stores what it returns.
func (c *menuClient) call(method string, results []any, args ...any) {
	c.t.Helper()
	if err := c.object.CallWithContext(c.t.Context(), menuInterface+"."+method, 0, args...).Store(results...); err != nil {
		c.t.Fatal(err)
	}
}

func (c *menuClient) layout() node {
	c.t.Helper()
	var revision uint32
	var root node
	c.call("GetLayout", []any{&revision, &root}, int32(0), int32(-1), []string{})
	return root
}

func (c *menuClient) children(parent node) []node {
	c.t.Helper()
	var all []node
	for _, child := range parent.Children {
		var n node
		if err := dbus.Store([]any{child.Value()}, &n); err != nil {
			c.t.Fatal(err)
		}
		all = append(all, n)
	}
	return all
}

// labels returns the labels below an item; "" for a separator.
func (c *menuClient) labels(parent node) []string {
	c.t.Helper()
	var labels []string
	for _, n := range c.children(parent) {
		label, _ := n.Properties["label"].Value().(string)
		labels = append(labels, label)
	}
	return labels
}

func (c *menuClient) find(parent node, label string) node {
	c.t.Helper()
	for _, n := range c.children(parent) {
		if n.Properties["label"].Value() == label {
			return n
		}
	}
	c.t.Fatalf("no item %q", label)
	return node{}
}

func (c *menuClient) event(id int32, event string) {
	c.t.Helper()
	c.call("Event", nil, id, event, dbus.MakeVariant(0), uint32(0))
}

// await waits for the next signal of the menu, which must be this one.
func (c *menuClient) await(member string) *dbus.Signal {
	c.t.Helper()
	for {
		select {
		case signal := <-c.signals:
			if signal.Path != menuPath {
				continue // of the bus
			}
			if signal.Name != menuInterface+"."+member {
				c.t.Fatalf("received %s %v, want %s", signal.Name, signal.Body, member)
			}
			return signal
		case <-c.t.Context().Done():
			c.t.Fatalf("timeout waiting for %s", member)
		}
	}
}

func item(key, label string) platform.MenuItem { return platform.MenuItem{Key: key, Label: label} }

func trayItems(status string, recent ...platform.MenuItem) []platform.MenuItem {
	return []platform.MenuItem{
		{Key: "status", Label: status, Disabled: true},
		{Key: "line"},
		{Key: "recent", Label: "Recent", Disabled: len(recent) == 0, Items: recent},
		item("quit", "Quit"),
	}
}

func TestTrayMenuLayout(t *testing.T) {
	c := newMenuClient(t, trayItems("one", item("1", "a.mov"), item("2", "b.mov")))
	root := c.layout()
	if diff := cmp.Diff([]string{"one", "", "Recent", "Quit"}, c.labels(root)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"a.mov", "b.mov"}, c.labels(c.find(root, "Recent"))); diff != "" {
		t.Error(diff)
	}
	if kind := c.children(root)[1].Properties["type"].Value(); kind != "separator" {
		t.Errorf("type of the second item is %v", kind)
	}
	if enabled := c.find(root, "one").Properties["enabled"].Value(); enabled != false {
		t.Errorf("enabled of the disabled item is %v", enabled)
	}
}

func TestTrayMenuMarksTheChoice(t *testing.T) {
	choices := func(checked string) []platform.MenuItem {
		var items []platform.MenuItem
		for _, label := range []string{"Sleep", "Shut down"} {
			items = append(items, platform.MenuItem{Key: label, Label: label, Radio: true, Checked: label == checked})
		}
		return items
	}
	c := newMenuClient(t, trayItems("one", choices("Sleep")...))
	marks := func() map[string]any {
		submenu := c.find(c.layout(), "Recent")
		states := map[string]any{}
		for _, child := range c.children(submenu) {
			if kind := child.Properties["toggle-type"].Value(); kind != "radio" {
				t.Errorf("toggle-type is %v", kind)
			}
			states[child.Properties["label"].Value().(string)] = child.Properties["toggle-state"].Value()
		}
		return states
	}
	if diff := cmp.Diff(map[string]any{"Sleep": int32(1), "Shut down": int32(0)}, marks()); diff != "" {
		t.Error(diff)
	}
	c.menu.Show(trayItems("one", choices("Shut down")...))
	c.await("ItemsPropertiesUpdated")
	if diff := cmp.Diff(map[string]any{"Sleep": int32(0), "Shut down": int32(1)}, marks()); diff != "" {
		t.Error(diff)
	}
}

func TestTrayMenuChangesInPlace(t *testing.T) {
	recent := item("1", "a.mov")
	c := newMenuClient(t, trayItems("one", recent))
	status := c.find(c.layout(), "one").ID
	c.menu.Show(trayItems("two", recent))
	want := []any{[][]any{{status, map[string]dbus.Variant{"label": dbus.MakeVariant("two")}}}, [][]any{}}
	if diff := cmp.Diff(want, c.await("ItemsPropertiesUpdated").Body, cmp.Comparer(func(a, b dbus.Variant) bool { return a.String() == b.String() })); diff != "" {
		t.Error(diff)
	}
	c.menu.Show(trayItems("two", recent)) // sends nothing
	c.menu.Show(trayItems("two", item("2", "b.mov"), recent))
	c.await("LayoutUpdated")
	if diff := cmp.Diff([]string{"b.mov", "a.mov"}, c.labels(c.find(c.layout(), "Recent"))); diff != "" {
		t.Error(diff)
	}
}

func TestOpenTrayMenuDoesNotChange(t *testing.T) {
	c := newMenuClient(t, trayItems("one", item("1", "a.mov")))
	root := c.layout()
	recent := c.find(root, "Recent").ID
	for _, event := range []struct{ open, closed int32 }{{0, 0}, {recent, recent}, {recent, 0}} {
		c.event(event.open, "opened")
		c.menu.Show(trayItems("while open"))
		c.menu.Show(trayItems("one", item("1", "a.mov"), item("2", "b.mov")))
		if diff := cmp.Diff(root, c.layout(), cmp.Comparer(func(a, b dbus.Variant) bool { return a.String() == b.String() })); diff != "" {
			t.Error(diff)
		}
		c.event(event.closed, "closed")
		c.await("LayoutUpdated")
		c.menu.Show(trayItems("one", item("1", "a.mov")))
		c.await("LayoutUpdated")
	}
}

// TestTrayMenuIsNewestWhenItIsShown: some panels only say that they are about to show it.
func TestTrayMenuIsNewestWhenItIsShown(t *testing.T) {
	c := newMenuClient(t, trayItems("one"))
	aboutToShow := func() (changed bool) {
		t.Helper()
		c.call("AboutToShow", []any{&changed}, int32(0))
		return changed
	}
	if aboutToShow() {
		t.Error("items changed before the menu was shown first")
	}
	c.menu.Show(trayItems("two"))
	if got := c.labels(c.layout())[0]; got != "one" {
		t.Errorf("open menu shows %q", got)
	}
	if !aboutToShow() {
		t.Error("items did not change before the menu was shown again")
	}
	if got := c.labels(c.layout())[0]; got != "two" {
		t.Errorf("menu shows %q", got)
	}
	c.await("ItemsPropertiesUpdated")
}

func TestTrayMenuItemIsChosen(t *testing.T) {
	chosen := make(chan string, 1)
	named := func(name string) platform.MenuItem {
		return platform.MenuItem{Key: name, Label: name, Do: func() { chosen <- name }}
	}
	c := newMenuClient(t, trayItems("one", named("a.mov")))
	id := c.find(c.find(c.layout(), "Recent"), "a.mov").ID
	c.event(id, "clicked")
	if got := <-chosen; got != "a.mov" {
		t.Errorf("chose %q", got)
	}
	c.menu.Show(trayItems("one", named("b.mov")))
	c.await("LayoutUpdated")
	c.event(id, "clicked") // was sent before the new layout was read
	if got := <-chosen; got != "a.mov" {
		t.Errorf("chose %q", got)
	}
}

// TestTrayMenuEndsWhileTheBusReadsNothing: a change that fills the connection waits for the bus,
// and must not keep the program from ending.
func TestTrayMenuEndsWhileTheBusReadsNothing(t *testing.T) {
	session := bustest.New(t)
	session.Start(t)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", session.Address)
	shared, err := dbus.SessionBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = shared.Close() })
	menu := platform.NewTrayMenu()
	menu.Show(trayItems("one"))
	if err := menu.Export(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		menu.Run(ctx)
	}()
	session.Pause(t)
	menu.Show(trayItems(strings.Repeat("x", 16<<20)))
	time.AfterFunc(50*time.Millisecond, cancel)
	<-ended
}
