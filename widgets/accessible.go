package widgets

import (
	"strings"

	"fyne.io/fyne/v2"
)

// What screen readers read of the widgets, where the toolkit tells them.
var (
	_ fyne.Accessible = (*IconButton)(nil)
	_ fyne.Accessible = (*SmallButton)(nil)
	_ fyne.Accessible = (*FloatingButton)(nil)
	_ fyne.Accessible = (*toastAction)(nil)
	_ fyne.Accessible = (*rowButton)(nil)
	_ fyne.Accessible = (*tab)(nil)
	_ fyne.Accessible = (*Row)(nil)
	_ fyne.Accessible = (*Banner)(nil)
	_ fyne.Accessible = (*EmptyState)(nil)
	_ fyne.Accessible = (*Toasts)(nil)
	_ fyne.Accessible = (*SearchField)(nil)
)

// AccessibilityLabel implements [fyne.Accessible].
func (b *IconButton) AccessibilityLabel() string { return b.tooltip }

// AccessibilityLabel implements [fyne.Accessible].
func (b *SmallButton) AccessibilityLabel() string { return b.Text() }

// AccessibilityRole implements [fyne.Accessible].
func (b *SmallButton) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements [fyne.Accessible].
func (b *FloatingButton) AccessibilityLabel() string { return b.Text() }

// AccessibilityRole implements [fyne.Accessible].
func (b *FloatingButton) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements [fyne.Accessible].
func (a *toastAction) AccessibilityLabel() string { return a.text.FullText }

// AccessibilityRole implements [fyne.Accessible].
func (a *toastAction) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements [fyne.Accessible].
func (b *rowButton) AccessibilityLabel() string { return b.action.Label }

// AccessibilityRole implements [fyne.Accessible].
func (b *rowButton) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements [fyne.Accessible].
func (t *tab) AccessibilityLabel() string { return spoken(t.model.Label, t.model.Count) }

// AccessibilityRole implements [fyne.Accessible].
func (t *tab) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// AccessibilityLabel implements [fyne.Accessible].
func (r *Row) AccessibilityLabel() string {
	return spoken(r.model.Name, r.model.Status, r.model.Percent, r.model.Size, r.model.Speed, r.model.ETA)
}

// AccessibilityRole implements [fyne.Accessible].
func (r *Row) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// AccessibilityLabel implements [fyne.Accessible].
func (b *Banner) AccessibilityLabel() string { return b.model.Text }

// AccessibilityRole implements [fyne.Accessible].
func (b *Banner) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// AccessibilityLabel implements [fyne.Accessible].
func (e *EmptyState) AccessibilityLabel() string { return spoken(e.title.FullText, e.hint.Text) }

// AccessibilityRole implements [fyne.Accessible].
func (e *EmptyState) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// AccessibilityLabel implements [fyne.Accessible].
func (t *Toasts) AccessibilityLabel() string { return t.Text() }

// AccessibilityRole implements [fyne.Accessible].
func (t *Toasts) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// AccessibilityLabel implements [fyne.Accessible].
func (f *SearchField) AccessibilityLabel() string { return f.PlaceHolder }

// AccessibilityRole implements [fyne.Accessible]. The toolkit has no role for fields.
func (f *SearchField) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleText }

// spoken joins the texts that are not empty, with a pause between them.
func spoken(texts ...string) string {
	var parts []string
	for _, text := range texts {
		if text != "" {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}
