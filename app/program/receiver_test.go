package program

import (
	"testing"

	"github.com/ferryapp/ferry/app/profile"
	"github.com/ferryapp/ferry/db"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
	"github.com/ferryapp/ferry/uploader/receiver"
)

func TestLocalReceiver(t *testing.T) {
	for endpoint, ok := range map[string]bool{
		"http://127.0.0.1:1080/SECRET/":     true,
		"http://[::1]:1080/SECRET/":         true,
		"":                                  false,
		"https://files.example/":            false,
		"http://127.0.0.1.files.example/":   false,
		"http://127.0.0.1@files.example/":   false,
		"http://localhost/":                 false, // a name, which may lead elsewhere
		"http://192.168.1.2:1080/SECRET/":   false,
		"http://[::ffff:192.168.1.2]/":      false,
		"http://127.0.0.1:1080\x00/SECRET/": false,
	} {
		saved := uploader.Server{
			ID: uploader.BuiltinServer, Endpoint: endpoint, Options: uploader.ServerOptions{AllowedHosts: "files.example"},
			Access: uploader.Access{Proxy: "http://proxy.example:8080", SignIn: uploader.SignInBearer, SecretName: "studio"},
		}
		got, err := localReceiver(saved)
		if (err == nil) != ok {
			t.Errorf("%q: %v", endpoint, err)
		}
		if got.Options.AllowedHosts != "" || got.Access != (uploader.Access{}) {
			t.Errorf("%q: may use other hosts: %+v", endpoint, got)
		}
	}
}

// TestSavedReceiverElsewhereGetsNothing has a backup whose built-in receiver is a server
// elsewhere, while another process uses the folder for received files. The file arrives here
// once that has ended.
func TestSavedReceiverElsewhereGetsNothing(t *testing.T) {
	p, err := profile.Open(t.TempDir())
	must(t, err)
	d, err := db.Open(t.Context(), p.Database())
	must(t, err)
	crafted := uploader.Server{ID: uploader.BuiltinServer, Name: uploader.BuiltinName, Endpoint: "http://files.invalid/"}
	must(t, d.Save(t.Context(), uploader.Changes{Servers: []uploader.Server{crafted}}))
	must(t, d.Close())
	other, err := receiver.Open(receiver.Config{Dir: p.ReceivedDir})
	must(t, err)

	s := openSession(t, p)
	updates := s.engine.Watch(t.Context())
	f := s.addToThisComputer(t, updates)
	if f.Code != fault.CodeReceiverDisk {
		t.Errorf("fault %+v", f)
	}
	must(t, other.Close())
	for s.engine.Snapshot().Totals.Count[uploader.StateDone] == 0 {
		<-updates
	}
	must(t, s.close(nil))
}
