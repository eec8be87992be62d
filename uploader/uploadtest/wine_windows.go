package uploadtest

import "golang.org/x/sys/windows"

// UnderWine reports whether this is Wine in place of Windows.
func UnderWine() bool {
	return windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() == nil
}
