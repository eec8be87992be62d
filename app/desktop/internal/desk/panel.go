//go:build linux

package desk

import _ "embed"

// panelConfig is a panel along the upper edge: the open windows, and the tray.
//
//go:embed panel.xml
var panelConfig []byte
