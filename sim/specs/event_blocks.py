"""Contract of what takes blocks of events: nothing of a refused block leaves, no block is passed on twice, every event is in order."""

from amaranth.hdl import Cat, Const, Mux, Signal

from gateware.bus.format import END_OF_STEP, Status

__all__ = ["event_blocks"]


def event_blocks(spec, m, blocks, *path):
    """What leaves is in order, whatever the buffer says; of a buffer that holds still, blocks are taken and refused as they should be.

    It depends on the numbers of inputs, levels and time steps, and on the capacity; the blocks may be anything.

    Parameters
    ----------
    spec : Spec
    m : Module
        Of the specification.
    blocks : EventBlocks
    *path : str
        Where they are in the specified component; without, the buffer is the specification's, and holds still while a block is shown.
    """
    watch = _events_in_order(spec, m, blocks, *path)
    if not path:
        _blocks_as_they_should(spec, m, blocks, watch)


class _Watch:
    """Of what has left: whether anything of this block has, the lowest number that may come next, time steps that have ended."""


def _events_in_order(spec, m, blocks, *path):
    of = f" of {'.'.join(path)}" if path else ""
    time_steps, event = blocks.time_steps, blocks.o.payload

    def register(name, last):
        return Signal(range(last + 1), name="_".join((*path, name)))

    given, done = blocks.o.valid & blocks.o.ready, blocks.i.valid & blocks.i.ready
    lowest, steps, sent = register("lowest_to_come", blocks.inputs), register("steps_ended", time_steps), register("sent", 1)
    with m.If(given):
        m.d.sync += [lowest.eq(Mux(event.last, 0, event.number + 1)), steps.eq(steps + event.last), sent.eq(1)]
    with m.If(blocks.forget):
        m.d.sync += [lowest.eq(0), steps.eq(0)]
    with m.If(done):
        m.d.sync += sent.eq(0)

    state = {name: spec.state(name, *path) for name in ("IDLE", "NUMBER", "READ", "JUDGE", "AGAIN", "CLOSE", "SEND", "DONE")}
    spec.claim(m, f"the numbers of the events{of} are those of inputs, and rise within a time step",
               ~(blocks.o.valid & ~event.last) | ((event.number >= lowest) & (event.number < blocks.inputs)))
    spec.claim(m, f"an event{of} has a level from 1 to the highest, the end of a time step 0 and the number 0",
               ~blocks.o.valid | Mux(event.last, (event.level == 0) & (event.number == 0), (event.level >= 1) & (event.level <= blocks.levels)))
    spec.claim(m, f"no event{of} leaves between a sample's last time step and the throwing away of its result",
               ~blocks.o.valid | (steps != time_steps))
    spec.claim(m, f"`forget`{of} comes only where there is a result, after the last time step",
               ~blocks.forget | (blocks.finished & (steps == time_steps)))
    spec.claim(m, f"no event{of} leaves from a block that is refused", ~(done & (blocks.status != Status.OK)) | ~sent)
    spec.claim(m, f"`ended`{of} says between blocks whether the sample is over", ~state["IDLE"] | (blocks.ended == (steps == time_steps)))

    names = ("lowest", "step", "kept_lowest", "kept_step", "begun", "feeding", "word", "first")
    inner = {name: spec.inside(name, *path) for name in names}
    feeding, end = inner["feeding"], inner["word"][:16] == END_OF_STEP
    if blocks.shape:
        channels, height, width = blocks.shape
        base, y, channel = (spec.inside(name, *path) for name in ("base", "y", "channel"))
        spec.claim(m, f"an event{of} says the channel and the place of its number",
                   ~blocks.o.valid | (event.number == (event.channel * height + event.y) * width + event.x))
        spec.claim(m, f"the place of an event{of} is one that there is",
                   ~blocks.o.valid | ((event.channel < channels) & (event.y < height) & (event.x < width)))
        spec.help(m, (base == (channel * height + y) * width) & (channel < channels) & (y < height))
        spec.help(m, base <= Mux(state["SEND"] & ~end, inner["word"][:16], lowest))

    now = (inner["lowest"] == lowest) & (inner["step"] == steps)
    kept = (inner["kept_lowest"] == lowest) & (inner["kept_step"] == steps)
    spec.help(m, (lowest <= blocks.inputs) & (steps <= time_steps))
    spec.help(m, (inner["lowest"] <= blocks.inputs) & (inner["step"] <= time_steps))
    spec.help(m, (inner["kept_lowest"] <= blocks.inputs) & (inner["kept_step"] <= time_steps))
    spec.help(m, inner["begun"] | ((inner["kept_lowest"] == 0) & (inner["kept_step"] == 0)))
    spec.help(m, feeding | (kept & ~sent))
    spec.help(m, state["IDLE"] | state["NUMBER"] | (state["DONE"] & ~feeding) | (blocks.status == Status.OK))
    spec.help(m, ~(state["IDLE"] | state["NUMBER"] | state["AGAIN"]) | ~feeding)
    spec.help(m, ~(state["CLOSE"] | state["SEND"]) | feeding)
    spec.help(m, ~(feeding & (state["READ"] | state["JUDGE"] | state["DONE"])) | now)
    spec.help(m, ~state["CLOSE"] | ((inner["step"] == steps) & (inner["lowest"] == 0) & inner["first"]))
    number, right = inner["word"][:16], Const(1)
    if blocks.levels > 1:
        level = inner["word"][16:]
        right = Mux(end, level == 0, (level != 0) & (level <= blocks.levels))
    spec.help(m, ~state["SEND"] | (right & (end | ((number >= lowest) & (number < blocks.inputs))) & (steps != time_steps)
                                   & (inner["lowest"] == Mux(end, 0, number + 1)) & (inner["step"] == steps + end)))
    watch = _Watch()
    watch.lowest, watch.steps, watch.sent, watch.state, watch.inner = lowest, steps, sent, state, inner
    return watch


def _blocks_as_they_should(spec, m, blocks, watch):
    """With a buffer of any bytes that hold still while a block is shown: which blocks are passed on, and with which words."""
    size, most = blocks.word_bytes, (blocks.capacity - 1) // blocks.word_bytes
    payload, words, data = Signal(8 * blocks.capacity), Signal(range(1, most + 1), init=1), Signal(8, name="buffered")
    free = spec._input("words", Signal(range(most + 1)))
    with m.If(~blocks.i.valid):
        m.d.sync += [payload.eq(Cat(payload[8:], spec._input("byte", Signal(8)))), words.eq(Mux((free == 0) | (free > most), 1, free))]
    m.d.sync += data.eq(payload.word_select(blocks.address, 8))
    # In place of inputs that change as they like.
    m.d.comb += [blocks.data.eq(data), blocks.i.payload.eq(1 + size * words)]

    given, done = blocks.o.valid & blocks.o.ready, blocks.i.valid & blocks.i.ready
    block, state, inner = payload[:8], watch.state, watch.inner
    # Of the blocks before: the last one that was passed on, the next one's number, and where they have left the sample.
    any_before, last, following = Signal(), Signal(8, name="last_block"), Signal(8, name="following_block")
    lowest, steps = Signal.like(watch.lowest, name="lowest_before"), Signal.like(watch.steps, name="steps_before")
    again = (block != 0) & (block == last)
    turn = (block == 0) | (any_before & (steps != blocks.time_steps) & (block == following))
    with m.If(done):
        m.d.sync += [lowest.eq(watch.lowest), steps.eq(watch.steps)]
        with m.If((blocks.status == Status.OK) & ~again):
            m.d.sync += [any_before.eq(1), last.eq(block), following.eq(Mux(block == 255, 1, block + 1))]

    # Of each word whether it and all before are in order, and what may follow.
    first = block == 0
    numbers = [payload[8 + 8 * size * k:][:16] for k in range(most)]
    levels = [payload[8 + 8 * size * k:][16:24] if size > 2 else (number != END_OF_STEP) for k, number in enumerate(numbers)]
    low, ended, right = [Mux(first, 0, lowest)], [Mux(first, 0, steps)], [Const(1)]
    for number, level in zip(numbers, levels):
        end = number == END_OF_STEP
        good = Mux(end, level == 0, (number >= low[-1]) & (number < blocks.inputs) & (level >= 1) & (level <= blocks.levels))
        right.append(right[-1] & good & (ended[-1] != blocks.time_steps))
        low.append(Mux(end, 0, number + 1)[:len(lowest)])
        ended.append((ended[-1] + end)[:len(steps)])
    all_right = Cat((words == k) & right[k] for k in range(1, most + 1)).any()

    # Words passed on, without what ends an unfinished sample.
    passed = Signal(range(most + 1))
    own = given & ~state["CLOSE"]
    with m.If(own):
        m.d.sync += passed.eq(passed + 1)
    with m.If(done):
        m.d.sync += passed.eq(0)
    event = blocks.o.payload
    at = Cat((passed == k) & Mux(number == END_OF_STEP, event.last, ~event.last & (event.number == number) & (event.level == level))
             for k, (number, level) in enumerate(zip(numbers, levels))).any()

    status = blocks.status
    spec.claim(m, "a length of a number and whole words fits", blocks.fits)
    spec.claim(m, "a block that is the last one again is answered, and nothing leaves", ~(done & again) | ((status == Status.OK) & ~watch.sent))
    spec.claim(m, "another block than 0, the last one and the one that follows is refused, and no other one is for its number",
               ~done | ((status == Status.BAD_BLOCK) == ~(again | turn)))
    spec.claim(m, "a block is refused for its words exactly where one of them is not in order",
               ~done | ((status == Status.BAD_EVENT) == (turn & ~again & ~all_right)))
    spec.claim(m, "of a block that is not refused every word leaves once, in order", ~own | at)
    spec.claim(m, "and all of them do", ~done | (passed == Mux((status == Status.OK) & ~again, words, 0)))
    spec.claim(m, "block 0 begins with the first time step", ~(own & first & (passed == 0)) | ((watch.steps == 0) & (watch.lowest == 0)))

    index, part, word = spec.inside("index"), spec.inside("part"), inner["word"]
    holding = turn & ~again
    spec.help(m, (spec.inside("last") == last) & (spec.inside("following") == following) & (inner["begun"] == any_before))
    spec.help(m, (inner["kept_lowest"] == lowest) & (inner["kept_step"] == steps))
    spec.help(m, any_before | ((last == 0) & (lowest == 0) & (steps == 0)))
    spec.help(m, ~any_before | (following == Mux(last == 255, 1, last + 1)))
    spec.help(m, (words >= 1) & (words <= most))
    spec.help(m, state["IDLE"] | blocks.i.valid)
    spec.help(m, ~(state["NUMBER"] | state["READ"]) | (data == payload.word_select(index, 8)))
    spec.help(m, ~state["NUMBER"] | (index == 0))
    spec.help(m, state["IDLE"] | state["NUMBER"] | ((spec.inside("block") == block) & (inner["first"] == first)))
    spec.help(m, ~(state["READ"] | state["JUDGE"] | state["AGAIN"] | state["CLOSE"] | state["SEND"]) | holding)
    spec.help(m, ~(inner["feeding"] | state["AGAIN"]) | (holding & all_right))
    spec.help(m, inner["feeding"] | (passed == 0))
    spec.help(m, ~state["CLOSE"] | (passed == 0))
    spec.help(m, ~(state["AGAIN"] | state["CLOSE"] | state["JUDGE"] | state["SEND"]) | (part == 0))
    spec.help(m, ~state["CLOSE"] | (index == 1))
    spec.help(m, ~state["DONE"] | inner["feeding"] | Mux(blocks.status == Status.OK, again, Mux(
        blocks.status == Status.BAD_EVENT, holding & ~all_right, (blocks.status == Status.BAD_BLOCK) & ~(again | turn))))
    spec.help(m, ~(state["DONE"] & inner["feeding"]) | (passed == words))
    reading, judging, sending = [], [], []
    for k in range(most):
        whole, before = index == 1 + size * (k + 1), right[k] & (inner["lowest"] == low[k]) & (inner["step"] == ended[k])
        fed = ~inner["feeding"] | (passed == k)
        mine = payload[8 + 8 * size * k:][:8 * size]
        for p in range(size):
            so_far = word[8 * (size - p):] == mine[:8 * p] if p else Const(1)
            reading.append((index == 1 + size * k + p) & (part == p) & so_far & before & fed & (k < words))
        judging.append(whole & (word == mine) & before & fed & (k < words))
        sending.append(whole & (word == mine) & right[k + 1] & (inner["lowest"] == low[k + 1]) & (inner["step"] == ended[k + 1])
                       & (passed == k) & (k < words) & (watch.lowest == low[k]) & (watch.steps == ended[k]))
    for name, cases in (("READ", reading), ("JUDGE", judging), ("SEND", sending)):
        spec.help(m, ~state[name] | Cat(cases).any())
