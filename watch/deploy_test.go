package watch

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

// TestDashboard: the dashboard and the alerts ask for nothing that is not there, and the dashboard shows all that is.
func TestDashboard(t *testing.T) {
	there := map[string]bool{}
	to := make(chan *prometheus.Desc, 100)
	m := NewMetrics()
	for _, c := range []prometheus.Collector{m.fences, m.outcomes, m.receipts, m.replies, m.handOver, m.receipt, m.failures, &gauges{}} {
		c.Describe(to)
	}
	close(to)
	name := regexp.MustCompile(`fqName: "([a-z_]+)"`)
	for d := range to {
		there[name.FindStringSubmatch(d.String())[1]] = false
	}
	for _, file := range []string{"../deploy/grafana/duly.json", "../deploy/grafana/alerts.yaml"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, asked := range regexp.MustCompile(`duly_[a-z_]+`).FindAllString(string(b), -1) {
			asked = strings.TrimSuffix(asked, "_bucket")
			if _, ok := there[asked]; !ok {
				t.Errorf("%s asks for %s, which is not there", file, asked)
			}
			there[asked] = true
		}
	}
	for n, shown := range there {
		if !shown {
			t.Errorf("%s is shown nowhere", n)
		}
	}
}
