package platform

// LauncherState is what the program's icon in the dock or taskbar shows. The zero value is
// nothing.
type LauncherState struct {
	Progress      float64 // from 0 to 1
	ShowsProgress bool
	Count         int64 // 0 is not shown
	Urgent        bool  // the icon asks for attention
}
