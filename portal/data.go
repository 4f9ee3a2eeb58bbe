package portal

import (
	"encoding/json"
	"net/http"
)

// data gives a person a copy of their data as one file.
func (p *Portal) data(v *visit) error {
	if err := p.Desk.Store().Downloaded(v.r.Context(), v.guest, v.at); err != nil {
		return err
	}
	whole, err := p.Desk.File(v.r.Context(), v.guest, v.identity().Creditor, v.at)
	if err != nil {
		return err
	}
	out, err := json.MarshalIndent(whole, "", "  ")
	if err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "application/json; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="my-data.json"`)
	v.w.WriteHeader(http.StatusOK)
	if v.r.Method != http.MethodHead {
		_, _ = v.w.Write(out)
	}
	return nil
}
