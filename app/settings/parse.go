package settings

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Parse understands saved settings. What is missing, of another type or makes no
// sense is as it is by default; what was passed over for the latter two reasons
// is named, for the log. What is not known, such as from a newer Ferry, is left
// out silently.
func Parse(saved json.RawMessage) (s Settings, wrong []string) {
	s = Default()
	if len(saved) == 0 {
		return s, nil
	}
	wrong = take(saved, reflect.ValueOf(&s).Elem(), "settings")
	s, senseless := s.mended()
	return s, append(wrong, senseless...)
}

// take fills a struct field by field, and leaves what does not fit as it is.
func take(saved json.RawMessage, into reflect.Value, name string) (wrong []string) {
	if into.Kind() != reflect.Struct {
		found := reflect.New(into.Type())
		if err := json.Unmarshal(saved, found.Interface()); err != nil {
			return []string{name}
		}
		if string(saved) != "null" {
			into.Set(found.Elem())
		}
		return nil
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(saved, &fields); err != nil {
		return []string{name}
	}
	for i := range into.NumField() {
		key, _, _ := strings.Cut(into.Type().Field(i).Tag.Get("json"), ",")
		if field, ok := fields[key]; ok {
			wrong = append(wrong, take(field, into.Field(i), key)...)
		}
	}
	return wrong
}

// format is the form that Parse understands.
func (s Settings) format() (json.RawMessage, error) {
	saved, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("format settings: %w", err)
	}
	return saved, nil
}
