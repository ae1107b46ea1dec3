import pytest

from gateware.neurons import catalogue
from gateware.step.equations.latex import equation_latex, latex, name_latex


@pytest.mark.parametrize("name, shown", [
    ("v", "v"), ("tau", r"\tau"), ("tau_m", r"\tau_{m}"), ("g_Na", r"g_{\mathrm{Na}}"), ("m_inf", r"m_{\infty}"), ("h1", "h_{1}"),
    ("w_10", "w_{10}"), ("g_K_max", r"g_{K,\mathrm{max}}"), ("dt", r"\Delta t"), ("currents", r"I_{\mathrm{ion}}"), ("y12", "y_{12}"),
])
def test_names(name, shown):
    assert name_latex(name) == shown


@pytest.mark.parametrize("text, shown", [
    ("a*(b*v - u)", r"a\,\left(b\,v - u\right)"), ("a - (b - c)", r"a - \left(b - c\right)"), ("a - b - c", "a - b - c"),
    ("a + -3", r"a + \left(-3\right)"), ("2*3*x", r"2 \cdot 3\,x"), ("a/b*c", r"\frac{a}{b}\,c"), ("a/(b*c)", r"\frac{a}{b\,c}"),
    ("-(v + 40)/10", r"-\frac{v + 40}{10}"), ("(a + b)**2", r"\left(a + b\right)^{2}"), ("(-x)**2", r"\left(-x\right)^{2}"),
    ("x**-0.5", "x^{-0.5}"), ("exp(-(v + 65)/18)", r"e^{-\left(v + 65\right)/18}"), ("exp(-v**2)", r"\exp\left(-v^{2}\right)"),
    ("2e-05*Ca", r"2 \cdot 10^{-5}\,\mathrm{Ca}"), ("1e-3", "0.001"), ("1e-7", "10^{-7}"), ("sqrt(a/b)", r"\sqrt{\frac{a}{b}}"),
    ("abs(x)", r"\left|x\right|"), ("logistic(x)", r"\mathrm{logistic}\left(x\right)"), ("0 <= x < y", r"0 \le x < y"),
    ("not a and (b or c)", r"\text{not }a \;\text{and}\; \left(b \;\text{or}\; c\right)"), ("x % 7", r"x \bmod 7"),
    ("x >> 3", r"\left\lfloor x / 2^{3} \right\rfloor"), ("x << 2", r"x \cdot 2^{2}"), ("next(x)*old(u)", "x[t+1]\\,u[t]"),
    ("a if c > 0 else b if d == 1 else 0",
     r"\begin{cases} a & \text{if } c > 0 \\ b & \text{if } d = 1 \\ 0 & \text{otherwise} \end{cases}"),
    ("sum(w[j]*u[(i+j)%16], j, 0, 15)", r"\sum_{j=0}^{15} w_{j}\,u_{\left(i + j\right) \bmod 16}"),
    ("1 + sum(a[k] + 1, k, 0, 2)", r"1 + \sum_{k=0}^{2} \left(a_{k} + 1\right)"), ("w_gate[0]*I", r"w_{\mathrm{gate},0}\,I"),
    ("integral(exp(u), u, 0, x)", r"\int_{0}^{x} e^{u}\,du"), ("random() < p", r"\mathcal{U}(0, 1) < p"),
    ("max(max(u[0], u[1]), max(u[2], u[3]))", r"\max_{k=0}^{3} u_{k}"), ("max(max(a, b), 0)", r"\max\left(a,\, b,\, 0\right)"), (3, "3"),
])
def test_expressions(text, shown):
    assert latex(text) == shown


@pytest.mark.parametrize("text, shown", [
    ("dv/dt = I/C", r"\frac{dv}{dt} &= \frac{I}{C}"), ("ddelta/dt = 1", r"\frac{d\delta}{dt} &= 1"), ("d[t+1] = d", "d[t+1] &= d"),
    ("du[i]/dt = -u[i]/tau", r"\frac{du_{i}}{dt} &= -\frac{u_{i}}{\tau}"), ("x_1[i][t+1] = 0", "x_{1,i}[t+1] &= 0"),
])
def test_equations(text, shown):
    assert equation_latex(text) == shown


def test_what_is_no_expression_is_refused():
    with pytest.raises(ValueError, match="LaTeX cannot be written of 'lambda: 1'"):
        latex("lambda: 1")


def test_every_formula_of_the_catalogue_is_balanced():
    for name in catalogue.names():
        table = catalogue.table(name)
        texts = [equation_latex(text) for text in table.equations.values()]
        for section in ("definitions", "currents"):
            texts += [latex(entry["value"] if isinstance(entry, dict) else entry) for entry in table.document.get(section, {}).values()]
        for text in texts:
            assert text.count("{") == text.count("}") and text.count(r"\left") == text.count(r"\right"), f"{name}: {text}"
            assert text.count(r"\begin{cases}") == text.count(r"\end{cases}")
