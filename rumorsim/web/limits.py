"""How much one live page may ask for. Sizes in bytes, times in seconds unless said."""

from __future__ import annotations

from typing import Final

#: Browsers at once; each holds two worlds.
SESSIONS: Final = 24
#: A session that says nothing for so long is ended.
IDLE: Final = 2 * 3600.0
#: The longest message of a browser.
MESSAGE_BYTES: Final = 16_384
#: Messages a second in the long run, and at once.
MESSAGE_RATE: Final = 120.0
MESSAGE_BURST: Final = 240.0
#: Messages that cannot be understood before the door is shut.
BAD_MESSAGES: Final = 50
#: What a world may hold.
ACCOUNTS: Final = 20_000
FOLLOWS: Final = 1_000_000
STORIES: Final = 60
EVENTS: Final = 2_000_000
#: Slots of each trending list that are shown, pinned ones included.
SLOTS: Final = 60
#: What a policy made in the browser may hold: interventions, and times of one.
INTERVENTIONS: Final = 60
TIMES: Final = 50
#: Changes of a policy that can be undone.
UNDO: Final = 100
#: Other seeds that a policy can be run under at once, and how long that may take.
REPLICATES: Final = 50
REPLICATE_SECONDS: Final = 600.0
#: Runs under other seeds that are worked on at once, of all browsers together.
REPLICATING: Final = 2
#: The shortest window and period of a quota made in the browser, in hours.
SHORTEST: Final = 1 / 60
#: Frames sent that the browser has not yet said it has drawn.
FRAMES_AHEAD: Final = 3
#: Frames a second.
FRAME_RATE: Final = 20.0
