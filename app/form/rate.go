package form

import (
	"math"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/ferryapp/ferry/app/words"
)

// rateUnits are the units in which speeds can be typed, in bytes per second.
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

// maxRate is the greatest speed that is accepted.
const maxRate = 1e12

// RateField is a field for a speed: a number and its unit. An empty number is no limit.
type RateField struct {
	Content fyne.CanvasObject
	Number  *Entry
	Unit    *Select

	Changed func(rate int64, good bool) // after a change
}

// NewRateField returns an empty field.
func NewRateField(r Host) *RateField {
	c := &RateField{Changed: func(int64, bool) {}}
	c.Number = NewEntry(r, 20, func(string) { c.Changed(c.Rate()) })
	c.Number.SetPlaceHolder(words.Text("settings.rate.none"))
	units := make([]string, len(rateUnits))
	for i, unit := range rateUnits {
		units[i] = words.Text(unit.key)
	}
	c.Unit = NewSelect(r, units, func(int) { c.Changed(c.Rate()) })
	c.Unit.ShowIndex(megabytes)
	c.Content = container.NewBorder(nil, nil, nil, c.Unit, c.Number)
	return c
}

// Rate is the speed in bytes per second; 0 for no limit.
func (c *RateField) Rate() (rate int64, good bool) {
	text := strings.Replace(strings.TrimSpace(c.Number.Text), ",", ".", 1)
	if text == "" {
		return 0, true
	}
	number, err := strconv.ParseFloat(text, 64)
	bytes := math.Round(number * rateUnits[c.Unit.SelectedIndex()].bytes)
	if err != nil || !(bytes >= 1 && bytes <= maxRate) { // also false for NaN
		return 0, false
	}
	return int64(bytes), true
}

// ShowRate shows a speed, unless the text means the same.
func (c *RateField) ShowRate(rate int64) {
	if typed, good := c.Rate(); good && typed == rate {
		return
	}
	if rate <= 0 {
		c.Number.ShowText("")
		return
	}
	unit := kilobytes
	if rate >= 1e6 && rate%1e4 == 0 {
		unit = megabytes
	}
	c.Unit.ShowIndex(unit)
	c.Number.ShowText(strconv.FormatFloat(float64(rate)/rateUnits[unit].bytes, 'f', -1, 64))
}
