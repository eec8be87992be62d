package settings

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Parse parses saved settings. A value that is missing, of another type or invalid is
// replaced by its default; the names of those of the latter two kinds are returned for
// the log. Unknown values, such as those of a newer version, are ignored.
func Parse(saved json.RawMessage) (s Settings, invalid []string) {
	s = Default()
	if len(saved) == 0 {
		return s, nil
	}
	mistyped := decode(saved, reflect.ValueOf(&s).Elem(), "settings")
	s, invalid = s.validated()
	return s, append(mistyped, invalid...)
}

// decode decodes a struct field by field, leaves fields of another type unchanged and
// returns their names. [json.Unmarshal] reports only the first of them, and may leave
// such a field decoded in part.
func decode(saved json.RawMessage, into reflect.Value, name string) (mistyped []string) {
	if into.Kind() != reflect.Struct {
		value := reflect.New(into.Type())
		if err := json.Unmarshal(saved, value.Interface()); err != nil {
			return []string{name}
		}
		if string(saved) != "null" {
			into.Set(value.Elem())
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
			mistyped = append(mistyped, decode(field, into.Field(i), key)...)
		}
	}
	return mistyped
}

// format is the inverse of [Parse].
func (s Settings) format() (json.RawMessage, error) {
	saved, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("format settings: %w", err)
	}
	return saved, nil
}
