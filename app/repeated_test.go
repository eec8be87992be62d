package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ferryapp/ferry/app/internal/apptest"
	"github.com/ferryapp/ferry/app/view"
	"github.com/ferryapp/ferry/app/words"
	"github.com/ferryapp/ferry/uploader"
	"github.com/ferryapp/ferry/uploader/fault"
)

// refusedFiles returns n transfers to the server "Studio" that it rejected.
func refusedFiles(n int) []*uploader.Transfer {
	transfers := make([]*uploader.Transfer, n)
	for i := range transfers {
		transfers[i] = apptest.Transfer(uploader.TransferID(i+1), apptest.Failed(fault.Refused), onStudio)
	}
	return transfers
}

func TestErrorOfManyFilesIsOneMessage(t *testing.T) {
	refused := refusedFiles(312)
	other := apptest.Transfer(400, apptest.Failed(fault.Gone), onStudio)
	s := startWindow(t, apptest.NewEngine(append(refused, other, apptest.Transfer(401, apptest.Paused))...))
	model := s.window.banner.Model()
	if want := "312 files: The server rejected the upload. Ask the server's administrator, or use another server."; model.Text != want {
		t.Errorf("text is %q, want %q", model.Text, want)
	}
	if model.Buttons[0].Label != "Retry all 312" {
		t.Errorf("button is %q", model.Buttons[0].Label)
	}
	model.Buttons[1].OnTapped()
	if s.window.filter.Chosen != view.FilterAttention {
		t.Errorf("filter is %s", s.window.filter.Chosen)
	}
	model.Buttons[0].OnTapped()
	retry := s.waitCommand(1).(uploader.Retry)
	if diff := cmp.Diff(view.IDs(refused), retry.Target.IDs); diff != "" {
		t.Error(diff)
	}
}

func TestErrorOfManyFilesInChinese(t *testing.T) {
	if err := words.Load("zh-Hans"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { apptest.LoadEnglish(t) })
	var r view.RepeatedErrors
	g, _ := r.Update(apptest.Snapshot(refusedFiles(1234)...))
	if g.Text() != "1,234 个文件：服务器拒绝了上传" || g.Label() != "全部重试（1,234 个）" {
		t.Errorf("got %q, %q", g.Text(), g.Label())
	}
}

func TestMessageAboutErrorIsDismissed(t *testing.T) {
	s := startWindow(t, apptest.NewEngine(refusedFiles(3)...))
	s.window.banner.Model().OnDismiss()
	if text := s.window.banner.Model().Text; text != "" || s.window.banner.Content.Visible() {
		t.Errorf("text is %q", text)
	}
}
