//go:build linux

package virtual

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	watcher       = "org.kde.StatusNotifierWatcher"
	watcherPath   = "/StatusNotifierWatcher"
	itemInterface = "org.kde.StatusNotifierItem"
	menuInterface = "com.canonical.dbusmenu"
)

// TrayIcon is an icon in the panel's tray, with its flattened menu.
type TrayIcon struct {
	Title   string
	Status  string // Passive, Active or NeedsAttention
	Tooltip string
	Menu    []TrayItem

	menu dbus.BusObject
}

// TrayItem is one entry of a tray menu.
type TrayItem struct {
	Label    string // without access key markers; "" for a separator
	Depth    int    // 0 in the menu, 1 in a submenu
	Disabled bool
	Checked  bool

	id int32
}

func (d *Desktop) awaitTrayHost(ctx context.Context) error {
	return await(ctx, "the tray", func() (bool, error) {
		registered, err := d.bus.Object(watcher, watcherPath).GetProperty(watcher + ".IsStatusNotifierHostRegistered")
		return err == nil && registered.Value() == true, nil
	})
}

// Tray returns the icons in the tray, without those that disappear while they are read.
func (d *Desktop) Tray(ctx context.Context) ([]TrayIcon, error) {
	var addresses []string
	err := d.bus.Object(watcher, watcherPath).
		CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", 0, watcher, "RegisteredStatusNotifierItems").Store(&addresses)
	if err != nil {
		return nil, fmt.Errorf("list tray icons: %w", err)
	}
	var icons []TrayIcon
	for _, address := range addresses {
		name, path, _ := strings.Cut(address, "/")
		if icon, err := d.trayIcon(ctx, name, dbus.ObjectPath("/"+path)); err == nil {
			icons = append(icons, icon)
		}
	}
	return icons, nil
}

func (d *Desktop) trayIcon(ctx context.Context, name string, path dbus.ObjectPath) (TrayIcon, error) {
	var properties map[string]dbus.Variant
	item := d.bus.Object(name, path)
	err := item.CallWithContext(ctx, "org.freedesktop.DBus.Properties.GetAll", 0, itemInterface).Store(&properties)
	if err != nil {
		return TrayIcon{}, fmt.Errorf("read tray icon: %w", err)
	}
	menuPath := property[dbus.ObjectPath](properties, "Menu")
	icon := TrayIcon{
		Title:   property[string](properties, "Title"),
		Status:  property[string](properties, "Status"),
		Tooltip: tooltip(properties["ToolTip"]),
		menu:    d.bus.Object(name, menuPath),
	}
	icon.Menu, err = readMenu(ctx, icon.menu)
	return icon, err
}

// menuNode is a node of a com.canonical.dbusmenu layout, (ia{sv}av).
type menuNode struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

func readMenu(ctx context.Context, menu dbus.BusObject) ([]TrayItem, error) {
	var needsUpdate bool
	// AboutToShow is optional; GetLayout returns the menu either way.
	_ = menu.CallWithContext(ctx, menuInterface+".AboutToShow", 0, int32(0)).Store(&needsUpdate)
	var revision uint32
	var root menuNode
	err := menu.CallWithContext(ctx, menuInterface+".GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &root)
	if err != nil {
		return nil, fmt.Errorf("read tray menu: %w", err)
	}
	return flatten(nil, root.Children, 0)
}

func flatten(items []TrayItem, children []dbus.Variant, depth int) ([]TrayItem, error) {
	for _, child := range children {
		var node menuNode
		if err := dbus.Store([]any{child.Value()}, &node); err != nil {
			return nil, fmt.Errorf("read tray menu: %w", err)
		}
		enabled, known := node.Properties["enabled"]
		items = append(items, TrayItem{
			Label:    strings.ReplaceAll(property[string](node.Properties, "label"), "_", ""),
			Depth:    depth,
			Disabled: known && enabled.Value() == false,
			Checked:  property[int32](node.Properties, "toggle-state") == 1,
			id:       node.ID,
		})
		var err error
		if items, err = flatten(items, node.Children, depth+1); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// AwaitTray waits for an enabled tray menu entry whose label starts with label.
func (d *Desktop) AwaitTray(ctx context.Context, label string) error {
	_, _, err := d.trayEntry(ctx, label)
	return err
}

// AwaitTrayWithout waits for a tray without a menu entry whose label starts with label.
func (d *Desktop) AwaitTrayWithout(ctx context.Context, label string) error {
	return await(ctx, fmt.Sprintf("the tray menu without %q", label), func() (bool, error) {
		icons, err := d.Tray(ctx)
		for _, icon := range icons {
			if slices.ContainsFunc(icon.Menu, func(item TrayItem) bool { return strings.HasPrefix(item.Label, label) }) {
				return false, nil
			}
		}
		return err == nil && len(icons) > 0, nil
	})
}

// ClickTray waits for the entry and chooses it.
func (d *Desktop) ClickTray(ctx context.Context, label string) error {
	icon, item, err := d.trayEntry(ctx, label)
	if err != nil {
		return err
	}
	return icon.choose(ctx, item)
}

func (d *Desktop) trayEntry(ctx context.Context, label string) (found TrayIcon, entry TrayItem, err error) {
	var labels []string
	var trayErr error
	err = await(ctx, fmt.Sprintf("the tray menu's %q", label), func() (bool, error) {
		var icons []TrayIcon
		icons, trayErr = d.Tray(ctx) // fails without a panel
		labels = nil
		for _, icon := range icons {
			for _, item := range icon.Menu {
				labels = append(labels, item.Label)
				if strings.HasPrefix(item.Label, label) && !item.Disabled {
					found, entry = icon, item
					return true, nil
				}
			}
		}
		return false, nil
	})
	if err != nil {
		err = errors.Join(fmt.Errorf("%w; its entries were %q", err, labels), trayErr)
	}
	return found, entry, err
}

// Describe describes the panel and its tray, for the log of a failed test.
func (d *Desktop) Describe(ctx context.Context) string {
	var names []string
	namesErr := d.bus.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.ListNames", 0).Store(&names)
	names = slices.DeleteFunc(names, func(name string) bool { return strings.HasPrefix(name, ":") })
	icons, trayErr := d.Tray(ctx)
	return fmt.Sprintf("panel running: %t; names on the bus: %q (%v); icons in the tray: %+v (%v)", d.panel.Running(), names, namesErr, icons, trayErr)
}

// SendStraySignal sends an unknown signal to the D-Bus connection of the process's tray
// icon.
func (d *Desktop) SendStraySignal(p *Process) error {
	owner := fmt.Sprintf("%s-%d-1", itemInterface, p.PID())
	signal := &dbus.Message{
		Type: dbus.TypeSignal,
		Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldDestination: dbus.MakeVariant(owner),
			dbus.FieldPath:        dbus.MakeVariant(dbus.ObjectPath("/")),
			dbus.FieldInterface:   dbus.MakeVariant("io.github.ferryapp.Unknown"),
			dbus.FieldMember:      dbus.MakeVariant("Completed"),
		},
	}
	if call := d.bus.Send(signal, nil); call.Err != nil {
		return fmt.Errorf("send stray signal: %w", call.Err)
	}
	return nil
}

func (icon TrayIcon) choose(ctx context.Context, item TrayItem) error {
	call := icon.menu.CallWithContext(ctx, menuInterface+".Event", 0,
		item.id, "clicked", dbus.MakeVariant(int32(0)), uint32(time.Now().Unix()))
	return call.Err
}

func property[T any](properties map[string]dbus.Variant, key string) T {
	value, _ := properties[key].Value().(T)
	return value
}

// tooltip returns the title of a (sa(iiay)ss).
func tooltip(value dbus.Variant) string {
	if parts, ok := value.Value().([]any); ok && len(parts) == 4 {
		title, _ := parts[2].(string)
		return title
	}
	return ""
}
