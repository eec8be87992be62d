package form

import (
	"math"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/ferryapp/ferry/app/words"
)

// rateUnits are the units in which rates can be typed, in bytes per second.
var rateUnits = [...]struct {
	key   string
	bytes float64
}{
	{"settings.rate.kilobytes", 1e3},
	{"settings.rate.megabytes", 1e6},
	{"settings.rate.megabits", 125e3},
}

// Indexes of rateUnits.
const (
	kilobytes = iota
	megabytes
)

// maxRate is the maximum rate in bytes per second.
const maxRate = 1e12

// RateField is a field for the limit of a rate: a number and its unit. An empty number means
// no limit.
type RateField struct {
	Content fyne.CanvasObject
	Number  *Entry
	Unit    *Select

	Changed func(rate int64, valid bool) // called after the user's changes
}

// NewRateField returns an empty field.
func NewRateField(host Host) *RateField {
	f := &RateField{Changed: func(int64, bool) {}}
	f.Number = NewEntry(host, 20, func(string) { f.Changed(f.Rate()) })
	f.Number.SetPlaceHolder(words.Text("settings.rate.none"))
	units := make([]string, len(rateUnits))
	for i, unit := range rateUnits {
		units[i] = words.Text(unit.key)
	}
	f.Unit = NewSelect(host, units, func(int) { f.Changed(f.Rate()) })
	f.Unit.ShowIndex(megabytes)
	f.Content = container.NewBorder(nil, nil, nil, f.Unit, f.Number)
	return f
}

// Rate returns the rate in bytes per second, 0 for no limit, and whether the number is
// valid.
func (f *RateField) Rate() (rate int64, valid bool) {
	text := strings.Replace(strings.TrimSpace(f.Number.Text), ",", ".", 1)
	if text == "" {
		return 0, true
	}
	number, err := strconv.ParseFloat(text, 64)
	bytes := math.Round(number * rateUnits[f.Unit.SelectedIndex()].bytes)
	if err != nil || !(bytes >= 1 && bytes <= maxRate) { // also false for NaN
		return 0, false
	}
	return int64(bytes), true
}

// ShowRate shows a rate, unless the text already means the same.
func (f *RateField) ShowRate(rate int64) {
	if shown, valid := f.Rate(); valid && shown == rate {
		return
	}
	if rate <= 0 {
		f.Number.ShowText("")
		return
	}
	unit := kilobytes
	if rate >= 1e6 && rate%1e4 == 0 {
		unit = megabytes
	}
	f.Unit.ShowIndex(unit)
	f.Number.ShowText(strconv.FormatFloat(float64(rate)/rateUnits[unit].bytes, 'f', -1, 64))
}
