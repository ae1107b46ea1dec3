"""LLVM's text made machine code for this processor, kept in the user's cache."""

import ctypes
import os
import tempfile

import llvmlite.binding as llvm

__all__ = ["keep", "load", "machine", "processor"]


def processor():
    """Name and features of this processor: what is compiled for it fits no other."""
    return llvm.get_host_cpu_name(), llvm.get_host_cpu_features().flatten()


def machine():
    """A new target machine; an engine takes it over."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    cpu, features = processor()
    return llvm.Target.from_default_triple().create_target_machine(cpu=cpu, features=features, opt=2, jit=True)


def keep(file, text, target):
    """Write the object of an LLVM text to ``file``, whole or not at all.

    LLVM's passes over the text are left out: what is generated here is straight-line code that they make no faster.
    """
    module = llvm.parse_assembly(text)
    module.triple, module.data_layout = target.triple, str(target.target_data)
    content = target.emit_object(module)
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("wb", dir=file.parent, suffix=".tmp", delete=False) as part:
        part.write(content)
    os.replace(part.name, file)


def load(content, target, count):
    """``kernel(a, b, *arrays)`` of an object that defines ``void kernel(i64, i64, ptr)``, the last being ``count`` pointers."""
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target)
    engine.add_object_file(llvm.object_file.ObjectFileRef.from_data(content))
    engine.finalize_object()
    pointers = ctypes.c_void_p * count
    function = ctypes.CFUNCTYPE(None, ctypes.c_int64, ctypes.c_int64, pointers)(engine.get_function_address("kernel"))

    def kernel(a, b, *arrays):
        if a and b:
            function(a, b, pointers(*map(_address, arrays)))

    kernel.engine = engine      # owns the code
    return kernel


def _address(array):
    try:
        return ctypes.addressof(ctypes.c_char.from_buffer(array))
    except (TypeError, ValueError):     # read-only, or empty; the usual way takes several microseconds
        return array.ctypes.data
