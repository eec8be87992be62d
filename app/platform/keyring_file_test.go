package platform

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/chacha20poly1305"
)

// FuzzParseKeyringFile checks that a file is rejected or can be decrypted without a panic,
// whatever it contains.
func FuzzParseKeyringFile(f *testing.F) {
	for _, seed := range []string{
		`{"ferryKeys":1,"salt":"AAAAAAAAAAAAAAAAAAAAAA==","nonce":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","sealed":"AAAA"}`,
		`{"ferryKeys":2}`, `{"ferryKeys":1,"salt":"AA==","nonce":""}`, `null`, `[]`, ``, "{",
	} {
		f.Add([]byte(seed))
	}
	aead, err := chacha20poly1305.NewX(make([]byte, chacha20poly1305.KeySize))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := parseKeyringFile(text)
		if err != nil {
			return
		}
		if _, err := aead.Open(nil, file.Nonce, file.Sealed, file.Salt); err == nil {
			t.Error("decrypted with a key of zeros")
		}
		again, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := parseKeyringFile(again)
		if diff := cmp.Diff(file, parsed); diff != "" || err != nil {
			t.Errorf("written and parsed again (-want +got):\n%s%v", diff, err)
		}
	})
}
