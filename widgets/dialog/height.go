package dialog

import "fyne.io/fyne/v2"

// heightAt returns the height of an object at a width. An object whose height
// depends on its width implements HeightAt; for others it is the minimum height.
func heightAt(object fyne.CanvasObject, width float32) float32 {
	if o, ok := object.(interface{ HeightAt(width float32) float32 }); ok {
		return o.HeightAt(width)
	}
	return object.MinSize().Height
}
