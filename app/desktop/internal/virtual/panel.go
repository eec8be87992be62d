//go:build linux

package virtual

import _ "embed"

// panelConfig is a panel at the upper edge, with a window list and a tray.
//
//go:embed panel.xml
var panelConfig []byte
