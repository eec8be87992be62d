package widgets

// call calls f unless it is nil.
func call(f func()) {
	if f != nil {
		f()
	}
}
