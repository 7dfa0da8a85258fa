import type { Event as EngineEvent } from './generated/Event';

/** The engine's contract. Everything is generated from `crates/ipc`; only the names that clash with the DOM change. */
export type { AddressKind } from './generated/AddressKind';
export type { AudioDevice } from './generated/AudioDevice';
export type { AudioDevices } from './generated/AudioDevices';
export type { CallState } from './generated/CallState';
export type { CallView } from './generated/CallView';
export type { Colleague } from './generated/Colleague';
export type { Command } from './generated/Command';
export type { DialNote } from './generated/DialNote';
export type { Disposition } from './generated/Disposition';
export type { EndReason } from './generated/EndReason';
export type { ErrorCode } from './generated/ErrorCode';
export type { Failure } from './generated/Failure';
export type { HistoryEntry } from './generated/HistoryEntry';
export type { HistoryFilter } from './generated/HistoryFilter';
export type { HistoryPage } from './generated/HistoryPage';
export type { HistoryQuery } from './generated/HistoryQuery';
export type { Language } from './generated/Language';
export type { LevelSource } from './generated/LevelSource';
export type { Levels } from './generated/Levels';
export type { LineCapabilities } from './generated/LineCapabilities';
export type { LineKind } from './generated/LineKind';
export type { LineSettings } from './generated/LineSettings';
export type { LineView } from './generated/LineView';
export type { PresenceState } from './generated/PresenceState';
export type { Preview } from './generated/Preview';
export type { Quality } from './generated/Quality';
export type { Registration } from './generated/Registration';
export type { Reply } from './generated/Reply';
export type { ServerChoice } from './generated/ServerChoice';
export type { ServerView } from './generated/ServerView';
export type { SessionView } from './generated/SessionView';
export type { Settings } from './generated/Settings';
export type { Snapshot } from './generated/Snapshot';
export type { SoundBackend } from './generated/SoundBackend';
export type { SoundRole } from './generated/SoundRole';
export type { SoundStanding } from './generated/SoundStanding';
export type { SoundView } from './generated/SoundView';
export type { SyncView } from './generated/SyncView';
export type { Theme } from './generated/Theme';

export type { EngineEvent };
/** The event that comes many times a second. */
export type LevelsEvent = Extract<EngineEvent, { type: 'levels' }>;
