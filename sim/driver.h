// The clock loop of a CXXRTL simulation: every design of a library is an Instance with a table of ports, driven through the
// C functions at the end by sim/cxxrtl.py. Values cross as 64-bit words, the least significant first, sign-extended when read.

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

// A design that breaks a rule (an address past a memory's last row, an assertion of its own) ends the run, not the process.
namespace spikeloom {
struct Broken { const char *rule; };
[[noreturn]] inline void broken(const char *rule) { throw Broken{rule}; }
}
#define CXXRTL_ASSERT(rule) ((rule) ? void() : spikeloom::broken(#rule))

#include <cxxrtl/cxxrtl.h>
#ifdef SPIKELOOM_TRACE
#include <cxxrtl/cxxrtl_vcd.h>
#endif

namespace spikeloom {

template<size_t Bits> uint32_t *storage(cxxrtl::value<Bits> &value) { return value.data; }
template<size_t Bits> uint32_t *storage(cxxrtl::wire<Bits> &wire) { return wire.curr.data; }

struct Port {
    uint32_t *data;     // chunks of 32 bits; null for a port without bits
    uint32_t bits;
    bool is_signed;
    std::vector<uint64_t> init;

    size_t words() const { return bits <= 64 ? 1 : (bits + 63) / 64; }

    void write(const uint64_t *source) const {
        for (uint32_t at = 0, chunk = 0; at < bits; at += 32, chunk++) {
            uint32_t value = uint32_t(source[chunk / 2] >> (32 * (chunk % 2)));
            uint32_t left = bits - at;
            data[chunk] = left < 32 ? value & ((uint32_t(1) << left) - 1) : value;
        }
    }

    void read(uint64_t *target) const {
        if (bits == 0) { target[0] = 0; return; }
        uint32_t chunks = (bits + 31) / 32;
        uint64_t fill = 0;
        if (is_signed && (data[chunks - 1] >> ((bits - 1) % 32) & 1)) fill = ~uint64_t(0);
        for (size_t word = 0; word < words(); word++) {
            uint64_t low = data[2 * word];
            uint64_t high = 2 * word + 1 < chunks ? data[2 * word + 1] : fill;
            target[word] = low | high << 32;
        }
        uint32_t used = bits % 64;
        if (used) {
            uint64_t mask = (uint64_t(1) << used) - 1;
            uint64_t &top = target[words() - 1];
            top = (top & mask) | (fill & ~mask);
        }
    }
};

// A valid/ready stream seen from the test side. A port that the component lacks (index -1) is constantly 1.
struct Stream {
    int32_t payload, valid, ready;
    const uint64_t *items;      // sources: what to send
    const uint64_t *gaps;       // clocks to wait after the last transfer, one for each item; null for none
    uint64_t gap_count;
    uint64_t count;             // sources: items to send; sinks: items to wait for
    // Progress, kept between calls.
    uint64_t done, wait, held;
    std::vector<uint64_t> *data, *clocks;
};

enum Status : int32_t { FINISHED = 0, RUNNING = 1, UNSETTLED = 2, VALID_FELL = 3, PAYLOAD_CHANGED = 4, BROKEN = 5 };

struct Instance {
    std::unique_ptr<cxxrtl::module> module;
    std::vector<Port> inputs, outputs;
    uint32_t *clock = nullptr;
    const char *rule = nullptr;     // the one that was broken
    uint64_t time = 0;
    std::vector<std::unique_ptr<std::vector<uint64_t>>> buffers;
#ifdef SPIKELOOM_TRACE
    cxxrtl::debug_items items;
    std::unique_ptr<cxxrtl::vcd_writer> writer;
    void sample() { if (writer) writer->sample(time++); }
#else
    void sample() {}
#endif

    // A design without combinational feedback settles in one or two passes; one that oscillates is given up on.
    bool settle() {
        for (int pass = 0; pass < 1000; pass++) {
            bool converged = module->eval();
            if (!module->commit() || converged) return true;
        }
        return false;
    }

    void reset() {
        module->reset();
        for (const auto &port : inputs) port.write(port.init.data());
    }

    bool before_edge() {
        if (clock) *clock = 0;
        bool settled = settle();
        sample();
        return settled;
    }

    bool edge() {
        bool settled = true;
        if (clock) { *clock = 1; settled = settle(); }
        sample();
        return settled;
    }

    bool run(uint64_t cycles, const uint64_t *const *in, uint64_t *const *out, uint64_t *done) {
        for (*done = 0; *done < cycles; ++*done) {
            uint64_t cycle = *done;
            for (size_t port = 0; port < inputs.size(); port++)
                if (in[port]) inputs[port].write(in[port] + cycle * inputs[port].words());
            if (!before_edge()) return false;
            for (size_t port = 0; port < outputs.size(); port++)
                if (out[port]) outputs[port].read(out[port] + cycle * outputs[port].words());
            if (!edge()) return false;
        }
        return true;
    }

    void put(int32_t port, uint64_t value) { if (port >= 0) inputs[port].write(&value); }

    bool get(int32_t port) {
        if (port < 0) return true;
        uint64_t value[1];
        outputs[port].read(value);
        return value[0] & 1;
    }

    uint64_t gap(const Stream &stream) { return stream.gap_count ? stream.gaps[stream.done % stream.gap_count] : 0; }

    // Drives sources and sinks until every one has reached its count, `limit` clocks have passed, or a rule of streams is broken.
    int32_t stream(Stream *sources, size_t source_count, Stream *sinks, size_t sink_count, uint64_t *clock_count, uint64_t limit,
                   int32_t *culprit) {
        std::vector<uint64_t> word(64);
        for (uint64_t used = 0; used < limit; used++) {
            bool finished = true;
            for (size_t n = 0; n < source_count; n++) finished &= sources[n].done == sources[n].count;
            for (size_t n = 0; n < sink_count; n++) finished &= sinks[n].done >= sinks[n].count;
            if (finished) return FINISHED;

            for (size_t n = 0; n < source_count; n++) {
                Stream &source = sources[n];
                bool valid = source.done < source.count && source.wait == 0;
                put(source.valid, valid);
                if (valid && source.payload >= 0)
                    inputs[source.payload].write(source.items + source.done * inputs[source.payload].words());
            }
            for (size_t n = 0; n < sink_count; n++) put(sinks[n].ready, sinks[n].wait == 0);
            *culprit = -1;
            if (!before_edge()) return UNSETTLED;

            for (size_t n = 0; n < source_count; n++) {
                Stream &source = sources[n];
                if (source.wait) { source.wait--; continue; }
                if (source.done < source.count && get(source.ready)) {
                    source.clocks->push_back(*clock_count);
                    source.done++;
                    source.wait = gap(source);
                }
            }
            for (size_t n = 0; n < sink_count; n++) {
                Stream &sink = sinks[n];
                bool valid = get(sink.valid), ready = sink.wait == 0;
                size_t words = sink.payload < 0 ? 1 : outputs[sink.payload].words();
                if (word.size() < words) word.resize(words);
                word[0] = 0;
                if (sink.payload >= 0) outputs[sink.payload].read(word.data());
                *culprit = int32_t(n);
                // While an item waits, its copy is the last one in the buffer.
                if (sink.held && !valid) return VALID_FELL;
                if (sink.held && memcmp(&*(sink.data->end() - words), word.data(), 8 * words)) return PAYLOAD_CHANGED;
                if (valid && !sink.held) sink.data->insert(sink.data->end(), word.begin(), word.begin() + words);
                sink.held = valid && !ready;
                if (valid && ready) {
                    sink.clocks->push_back(*clock_count);
                    sink.done++;
                    sink.wait = gap(sink);
                } else if (sink.wait) {
                    sink.wait--;
                }
            }
            *culprit = -1;
            if (!edge()) return UNSETTLED;
            ++*clock_count;
        }
        return RUNNING;
    }
};

Instance *make(uint32_t index);     // generated, with the designs

}  // namespace spikeloom

using spikeloom::Instance;
using spikeloom::Stream;

extern "C" {

Instance *spikeloom_new(uint32_t index) { return spikeloom::make(index); }
void spikeloom_delete(Instance *self) { delete self; }

void spikeloom_reset(Instance *self) { self->reset(); }

// Returns a Status, and in `done` the clocks that were completed.
int32_t spikeloom_run(Instance *self, uint64_t cycles, const uint64_t *const *in, uint64_t *const *out, uint64_t *done) {
    try {
        return self->run(cycles, in, out, done) ? spikeloom::FINISHED : spikeloom::UNSETTLED;
    } catch (const spikeloom::Broken &broken) {
        self->rule = broken.rule;
        return spikeloom::BROKEN;
    }
}

const char *spikeloom_rule(Instance *self) { return self->rule; }

void spikeloom_stream_open(Instance *self, Stream *stream) {
    for (auto **buffer : {&stream->data, &stream->clocks}) {
        self->buffers.emplace_back(new std::vector<uint64_t>);
        *buffer = self->buffers.back().get();
    }
    stream->done = stream->held = 0;
    stream->wait = self->gap(*stream);
}

int32_t spikeloom_stream(Instance *self, Stream *sources, size_t source_count, Stream *sinks, size_t sink_count, uint64_t *clock_count,
                         uint64_t limit, int32_t *culprit) {
    try {
        return self->stream(sources, source_count, sinks, sink_count, clock_count, limit, culprit);
    } catch (const spikeloom::Broken &broken) {
        self->rule = broken.rule;
        return spikeloom::BROKEN;
    }
}

// The items transferred (without one that still waits) and the clock of each transfer.
const uint64_t *spikeloom_stream_data(Stream *stream) { return stream->data->data(); }
const uint64_t *spikeloom_stream_clocks(Stream *stream) { return stream->clocks->data(); }
void spikeloom_stream_close(Instance *self) { self->buffers.clear(); }

#ifdef SPIKELOOM_TRACE
void spikeloom_trace_open(Instance *self) {
    self->items = cxxrtl::debug_items();
    self->module->debug_info(&self->items, nullptr, "");
    self->writer.reset(new cxxrtl::vcd_writer);
    self->writer->timescale(1, "ns");
    self->writer->add(self->items);
    self->time = 0;
}

// What has been written since the last call, valid until the next one.
const char *spikeloom_trace_text(Instance *self, uint64_t *length) {
    static thread_local std::string text;
    text.swap(self->writer->buffer);
    self->writer->buffer.clear();
    *length = text.size();
    return text.data();
}

void spikeloom_trace_close(Instance *self) { self->writer.reset(); }
#endif

}  // extern "C"
