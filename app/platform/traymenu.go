package platform

// MenuItem is an item of the tray icon's menu.
type MenuItem struct {
	Key      string     // identifies the item in every version of the menu; unique
	Label    string     // "" for a separator
	Disabled bool       // cannot be chosen
	Radio    bool       // one of several in the submenu, of which one is Checked
	Checked  bool       // with a mark; only if Radio
	Do       func()     // called when the item is chosen, on a goroutine of the menu; may be nil
	Items    []MenuItem // of the submenu; nil for none
}
