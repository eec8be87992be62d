// Package view computes what the window shows from a snapshot of the engine: the rows
// of the list, the tray, the texts of questions, banners and notifications, and which
// actions are possible. It has no Fyne objects; functions and values of this package
// are pure, except the types that remember what was shown before.
package view
