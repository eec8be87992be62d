// Package power is about the power of the computer: it keeps the computer awake ([KeepAwake])
// and reports whether it runs on its battery ([WatchBattery]). Each has its own file per
// system.
//
// The package decides nothing, and does not depend on Fyne or the upload engine. It is tested
// on Linux with a private D-Bus daemon. Functions block for as long as the other program
// takes.
package power
