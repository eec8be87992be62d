package app

import (
	"math"
	"strconv"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/ferryapp/ferry/app/words"
)

// rateUnits are what speeds can be typed in, in bytes per second.
var rateUnits = [...]struct {
	key   string
	bytes float64
}{
	{"settings.rate.kilobytes", 1e3},
	{"settings.rate.megabytes", 1e6},
	{"settings.rate.megabits", 125e3},
}

// The units by name.
const (
	kilobytes = iota
	megabytes
)

// fastest is a speed that no network has; what is typed above it is a slip.
const fastest = 1e12

// rateControl is where a speed is typed: a number and its unit. No number is no
// limit.
type rateControl struct {
	content fyne.CanvasObject
	number  *entry
	unit    *selection

	changed func(rate int64, good bool) // after something was typed
}

func newRateControl(r reach) *rateControl {
	c := &rateControl{changed: func(int64, bool) {}}
	c.number = newEntry(r, 20, func(string) { c.changed(c.rate()) })
	c.number.SetPlaceHolder(words.Say("settings.rate.none"))
	units := make([]string, len(rateUnits))
	for i, unit := range rateUnits {
		units[i] = words.Say(unit.key)
	}
	c.unit = newSelection(r, units, func(int) { c.changed(c.rate()) })
	c.unit.show(megabytes)
	c.content = container.NewBorder(nil, nil, nil, c.unit, c.number)
	return c
}

// rate is what is typed, in bytes per second; 0 is no limit.
func (c *rateControl) rate() (rate int64, good bool) {
	text := strings.Replace(strings.TrimSpace(c.number.Text), ",", ".", 1)
	if text == "" {
		return 0, true
	}
	number, err := strconv.ParseFloat(text, 64)
	bytes := math.Round(number * rateUnits[c.unit.SelectedIndex()].bytes)
	if err != nil || !(bytes >= 1 && bytes <= fastest) { // also what is no number
		return 0, false
	}
	return int64(bytes), true
}

// show has a speed shown, unless what is typed means the same.
func (c *rateControl) show(rate int64) {
	if typed, good := c.rate(); good && typed == rate {
		return
	}
	if rate <= 0 {
		c.number.show("")
		return
	}
	unit := kilobytes
	if rate >= 1e6 && rate%1e4 == 0 {
		unit = megabytes
	}
	c.unit.show(unit)
	c.number.show(strconv.FormatFloat(float64(rate)/rateUnits[unit].bytes, 'f', -1, 64))
}
