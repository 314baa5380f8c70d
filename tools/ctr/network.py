"""The PyTorch network behind `tools.ctr.deep`: embeddings, a sequence encoder over recent events, target attention.

Imported only when a deep model is fitted or loaded, because torch takes seconds to import.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

Encoder = Literal["gru", "cnn"]

WIDTH = 16  # of an item's embedding
STATE = 24  # of the encoded history
HIDDEN = 48
DROPOUT = 0.3


class Network(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """Log-odds = theta . x + MLP(x, item, encoded history, what attention to the item finds in the history).

    x are the standardised feature columns. An item is its own vector plus a projection of its content, so one that was
    never seen still means something. Attention as in DIN (Zhou et al. 2018).
    """

    def __init__(self, columns: int, items: int, content: int, encoder: Encoder) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(columns))
        self.register_buffer("scale", torch.ones(columns))
        self.own = nn.Embedding(items + 1, WIDTH, padding_idx=0)  # row 0: no event
        self.content = nn.Linear(content, WIDTH, bias=False)
        self.event = nn.Linear(2 * WIDTH + 1, WIDTH)
        self.query = nn.Linear(WIDTH, WIDTH, bias=False)
        self.history: nn.Module
        if encoder == "gru":
            self.history = nn.GRU(WIDTH, STATE, batch_first=True)
        else:
            self.history = nn.Sequential(
                nn.Conv1d(WIDTH, STATE, 3, padding=1), nn.ReLU(), nn.Conv1d(STATE, STATE, 3, padding=1), nn.ReLU()
            )
        self.line = nn.Linear(columns, 1)
        self.first = nn.Linear(columns + 3 * WIDTH + STATE + 1, HIDDEN)
        self.last = nn.Linear(HIDDEN, 1)
        self.dropout = nn.Dropout(DROPOUT)
        for weight in (self.own.weight, self.content.weight):
            nn.init.normal_(weight, 0.0, 0.05)
        nn.init.zeros_(self.last.weight)  # starts as the linear model

    def forward(self, table: Tensor, items: Tensor, past: Tensor, grades: Tensor, content: Tensor) -> Tensor:
        """Log-odds (n,). `table` (n, columns), `items` (n,), `past` and `grades` (n or 1, length) with -1 where there
        was no event, `content` (n_items, c).
        """
        x = ((table - self.mean) / self.scale).clamp(-5.0, 5.0)
        each, place = torch.unique(torch.cat([items, past.flatten()]), return_inverse=True)
        vectors = self.own(each + 1) + self.content(content[each.clamp(min=0)])  # of the distinct items, once each
        item, events = vectors[place[: len(items)]], vectors[place[len(items) :]].view(*past.shape, WIDTH)
        there, grade = (past >= 0)[..., None], grades[..., None]
        events = events * there
        state = self._encode(torch.relu(self.event(torch.cat([events, events * grade, grade], -1))) * there)
        near = torch.matmul(events, self.query(item)[..., None]) / WIDTH**0.5  # (n, length, 1)
        attention = torch.softmax(near.masked_fill(~there, -1e4), 1) * there
        found = (attention * torch.cat([events * grade, grade], -1)).sum(1)
        mixed = torch.cat([x, item, state.expand(len(x), -1), found, found[:, :-1] * item], 1)
        hidden = self.dropout(torch.relu(self.first(self.dropout(mixed))))
        return (self.line(x) + self.last(hidden))[:, 0]

    def _encode(self, events: Tensor) -> Tensor:
        if isinstance(self.history, nn.GRU):
            return self.history(events)[0][:, -1]
        return self.history(events.transpose(1, 2)).amax(2)
