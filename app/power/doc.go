// Package power is about the power of the computer: it keeps the computer awake ([KeepAwake]),
// reports whether it runs on its battery ([WatchBattery]), puts it to sleep ([Sleep]) and
// turns it off ([ShutDown]). Each has its own file per system.
//
// The package decides nothing: package awake decides when the computer is kept awake, and
// package whendone when it sleeps or turns off. It does not depend on Fyne or the upload
// engine, and is tested on Linux with a private D-Bus daemon. Functions block for as long as
// the other program takes.
package power
