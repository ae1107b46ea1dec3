import numpy as np

from models import machine_code

TEXT = """
define void @kernel(i64 %a, i64 %b, ptr %arrays) {
%first = load ptr, ptr %arrays
%place = getelementptr ptr, ptr %arrays, i64 1
%second = load ptr, ptr %place
%x = load i64, ptr %second
%ax = mul i64 %a, %x
%sum = add i64 %ax, %b
store i64 %sum, ptr %first
ret void
}
"""


def test_a_text_becomes_a_function_over_arrays(tmp_path):
    target, file = machine_code.machine(), tmp_path / "new" / "kernel.o"
    machine_code.keep(file, TEXT, target)
    assert [each.name for each in file.parent.iterdir()] == ["kernel.o"]
    kernel = machine_code.load(file.read_bytes(), target, 2)
    result, factor = np.zeros(1, np.int64), np.array([7])
    factor.flags.writeable = False
    kernel(5, 3, result, factor)
    assert result == 38
    kernel(0, 3, result, factor)
    assert result == 38, "without anything to do it is not called"


def test_the_processor_is_named():
    name, features = machine_code.processor()
    assert name and "," in features
